// Runs what a fuzz input says, and writes down what another strategy did as a fuzz input.
#ifndef WEIR_SIM_SCHEDULE_FUZZ_INPUT_RUN_H_
#define WEIR_SIM_SCHEDULE_FUZZ_INPUT_RUN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/schedule/fuzz_input.h"

namespace weir::sim {

using PathHashOf = uint64_t (*)(ThreadSlot slot);  // ThreadPathHash; tests bring their own

// Which decision of its thread, in the round, each one is.
class DecisionCount {
 public:
  // What is counted apart.
  enum Sort : uint8_t { kRun, kWake, kValue, kLife };
  static constexpr size_t kSorts = 4;
  static Sort SortOf(DecisionKind kind);

  struct Place {
    uint32_t thread;
    uint16_t round;
    uint32_t nth;
    bool is_first;  // this thread in this round was not met before, or another in between
  };

  explicit DecisionCount(PathHashOf path_hash) : path_hash_(path_hash) {}
  void Begin() { standings_.fill({}); }
  Place Next(const Point& point);
  uint32_t ThreadOf(ThreadSlot slot) const { return static_cast<uint32_t>(path_hash_(slot)); }

 private:
  struct Standing {
    uint32_t thread = 0;
    uint16_t round = 0;
    bool met = false;
    std::array<uint32_t, kSorts> counts{};
  };

  PathHashOf path_hash_;
  std::array<Standing, kMaxThreads> standings_{};
};

// What a thread was seen to do: where a mutator can put edits that have an effect.
struct SeenThread {
  uint32_t thread = 0;
  uint32_t decisions = 0;  // kRun decisions, in the round in which it had most of them
  uint16_t rounds = 0;     // the last round in which it was seen
};

// The default, but where an edit says otherwise. What an edit asks for and is not possible is left
// out. Of two edits at one decision the first one counts.
class FuzzInputStrategy final : public Strategy {
 public:
  explicit FuzzInputStrategy(PathHashOf path_hash) : count_(path_hash) { minds_newcomers_ = false; }

  // For the executions from now on. `input` may be gone then.
  void Use(const FuzzInput& input);
  // Whether it looks at all decisions, for seen(), and not only as long as edits are left.
  void LookAtAll(bool all) { looks_at_all_ = all; }

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override;

  // In the last execution, as far as it looked: at most kMostSeen threads.
  static constexpr size_t kMostSeen = 64;
  std::span<const SeenThread> seen() const { return {seen_.data(), seen_count_}; }

 private:
  // The edits of a sort, thread and round, in the order of nth.
  struct Key {
    uint8_t sort;
    uint16_t round;
    uint32_t thread;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Keyed {
    Key key;
    InputEdit edit;
  };
  struct Cursor {
    uint32_t next = 0, end = 0;
  };
  struct Order {
    InputEdit edit;
    enum class State : uint8_t { kWaiting, kHolding, kOver } state = State::kWaiting;
    ThreadSlot held = kNoThread;
    uint32_t decisions = 0;  // since it is held
  };

  Choice ChooseRun(const Point& point);
  Choice ChooseInject(const Point& point);
  const InputEdit* EditAt(const Point& point, const DecisionCount::Place& place);
  Choice Wanted(const InputEdit& edit, const Point& point) const;
  Choice Walk(const Point& point);
  void Note(ThreadSlot slot, const DecisionCount::Place& place);
  void UpdateOrders(const Point& point, const DecisionCount::Place& place);
  Choice NotHeld(const Point& point, Choice wanted);
  void SetHeld();

  DecisionCount count_;
  std::vector<Keyed> keyed_;
  std::array<std::array<Cursor, DecisionCount::kSorts>, kMaxThreads> cursors_{};
  std::array<std::vector<InputEdit>, kFaultKinds> injects_;  // by nth
  std::array<size_t, kFaultKinds> next_inject_{};
  std::array<uint64_t, kFaultKinds> moments_{};  // when each could have happened, so far
  std::array<uint64_t, kFaultKinds> waits_{};    // how many of them until it is asked for again
  std::vector<Order> orders_;
  size_t open_orders_ = 0;
  std::array<uint64_t, ThreadSet::kWords> held_{};
  bool holds_ = false;
  bool walks_ = false;
  InputEdit walk_;
  Random random_;            // of the walk
  size_t run_edits_ = 0;     // of kRun decisions
  size_t runs_left_ = 0;     // ... that have not been reached
  uint16_t last_round_ = 0;  // beyond it there is none of them
  bool looks_at_all_ = false;
  std::array<SeenThread, kMostSeen> seen_{};
  size_t seen_count_ = 0;
  std::array<uint8_t, kMaxThreads> seen_as_{};
};

// Lets another strategy decide, and keeps what it did.
class FuzzInputRecorder final : public Strategy {
 public:
  // More deviations than these are not kept.
  static constexpr size_t kMostEdits = 1 << 16;

  // `inner` is to be asked each time (Strategy::stays_until and FaultAfter are 0): a Replay.
  FuzzInputRecorder(Strategy& inner, PathHashOf path_hash);

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind, uint64_t) override { return 0; }
  void End(const Verdict& verdict) override { inner_.End(verdict); }

  const std::vector<InputEdit>& edits() const { return edits_; }
  bool overflowed() const { return overflowed_; }

 private:
  Strategy& inner_;
  DecisionCount count_;
  std::array<uint32_t, kFaultKinds> moments_{};
  std::vector<InputEdit> edits_;
  bool overflowed_ = false;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_FUZZ_INPUT_RUN_H_
