// Runs a target in this very process: for tests of what the engine promises of many executions in a
// row.
//
// One target per process, since a World holds one; ctest runs each TEST in a process of its own.
#ifndef WEIR_TESTS_ENGINE_HARNESS_H_
#define WEIR_TESTS_ENGINE_HARNESS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/engine/verdict.h"
#include "sim/posix/loader.h"
#include "sim/strategy/strategy.h"
#include "sim/weir.h"

namespace weir::sim {

class Simulation {
 public:
  // `target`: a path under targets/, without ".so": "programs/pass/fresh_state".
  explicit Simulation(const std::string& target, const EngineOptions& options = {}) {
    const absl::Status started = StartEngine(options);
    EXPECT_TRUE(started.ok()) << started;
    const auto loaded = LoadTarget(std::string(WEIR_BINARY_DIR) + "/targets/" + target + ".so");
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    if (!loaded.ok()) return;
    target_ = *loaded;
    Use(target_->scenarios.front());
  }

  bool ready() const { return target_ != nullptr; }
  RunOptions& options() { return options_; }
  // Chooses a scenario by name; false if there is none.
  bool Select(std::string_view name) {
    for (const WeirScenario* scenario : target_->scenarios) {
      if (name != scenario->name) continue;
      Use(scenario);
      return true;
    }
    return false;
  }

  RunResult Run(uint64_t index, Strategy& strategy) {
    options_.execution = {1, index};
    return sim::Run(options_, strategy);
  }
  // With options().execution as it is.
  RunResult RunAgain(Strategy& strategy) { return sim::Run(options_, strategy); }
  RunResult Run(uint64_t index) { return Run(index, *portfolio_); }
  RunResult RunDefault() {
    DefaultStrategy strategy;
    return Run(0, strategy);
  }

  // All of `count` executions must end with `expected`; each is run twice, with equal fingerprints.
  void ExpectAll(uint64_t count, VerdictKind expected) {
    for (uint64_t index = 0; index < count; ++index) {
      const RunResult first = Run(index);
      ASSERT_EQ(VerdictName(first.verdict.kind), VerdictName(expected))
          << "execution " << index << ": " << first.verdict.message;
      const RunResult second = Run(index);
      ASSERT_EQ(first.fingerprint, second.fingerprint) << "execution " << index;
      ASSERT_EQ(first.points, second.points) << "execution " << index;
    }
  }
  // How many of `count` executions end with that verdict.
  int Count(uint64_t count, VerdictKind kind) {
    int found = 0;
    for (uint64_t index = 0; index < count; ++index) found += Run(index).verdict.kind == kind;
    return found;
  }

 private:
  void Use(const WeirScenario* scenario) {
    options_.scenario = scenario;
    values_.clear();
    for (size_t i = 0; i < scenario->parameter_count; ++i) {
      values_.push_back(scenario->parameters[i].fallback);
    }
    options_.values = values_;
  }

  const Target* target_ = nullptr;
  RunOptions options_;
  std::vector<int64_t> values_;
  std::unique_ptr<Strategy> portfolio_ = MakeStrategy(kDefaultStrategy);
};

}  // namespace weir::sim

#endif  // WEIR_TESTS_ENGINE_HARNESS_H_
