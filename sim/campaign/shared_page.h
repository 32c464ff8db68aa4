// What a process that runs executions shares with the parent that watches it.
#ifndef WEIR_SIM_CAMPAIGN_SHARED_PAGE_H_
#define WEIR_SIM_CAMPAIGN_SHARED_PAGE_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "sim/campaign/sketch.h"
#include "sim/engine/engine.h"

namespace weir::sim {

inline constexpr size_t kMostParameters = 32;
inline constexpr size_t kMostStrategies = 16;

// Decisions of an execution that are kept for the parent, as many as a schedule has edits at most.
inline constexpr size_t kMostLogged = size_t{1} << 16;

// How far a worker is in its share; see turns.h.
using Cursors = std::array<uint64_t, kMostStrategies>;

// Written by the child, read by the parent at any time, also when the child is dead. What is not
// atomic is read only while `executing` tells that it holds still, or for a display.
struct SharedPage {
  Progress progress;

  // The execution in progress, enough to repeat it: written before it begins.
  std::atomic<uint32_t> executing{0};  // 1 during an execution
  Execution execution;
  char scenario[256] = {};
  int64_t values[kMostParameters] = {};
  uint32_t value_count = 0;
  uint64_t step_cap = 0;
  // What it has decided so far, behind the page; null in a process that nobody watches.
  DecisionLog* log = nullptr;

  // Counts since the child started.
  std::atomic<uint64_t> executions{0};
  std::atomic<uint64_t> points{0};
  std::array<std::atomic<uint64_t>, kMostStrategies> by_strategy{};
  Sketch fingerprints;
  struct Sometimes {
    std::atomic<uint64_t> asked{0};  // in how many executions
    std::atomic<uint64_t> held{0};
  };
  std::array<Sometimes, kMostSometimes> sometimes{};  // as in SometimesIds()

  // Written by the child: it writes a failure down, which takes a while and must not be cut off.
  std::atomic<uint32_t> recording{0};

  // Which executions it has begun.
  Cursors cursors{};

  // Written by the child: it repeats an execution that is known to hang, so a short wait will do.
  std::atomic<uint32_t> expect_hang{0};

  // Of how many scenarios one execution was enough (NothingToChoose).
  std::atomic<uint32_t> settled{0};

  // Of a systematic strategy.
  Coverage coverage;

  // Written by the parent: stop before an execution with this index or a higher one.
  std::atomic<uint64_t> stop_at{~uint64_t{0}};
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SHARED_PAGE_H_
