// Says how a GoogleTest TEST is to be explored, in the test itself:
//
//   TEST(Queue, LosesNothing) {
//     weir::Explore([] {
//       Queue queue;
//       std::thread producer([&] { queue.Push(1); });
//       EXPECT_EQ(queue.Pop(), 1);
//       producer.join();
//     }, {.executions = 5000, .faults = "none"});
//   }
//
// In a target, `weir gtest` runs the TEST in as many executions, each in another order of its
// threads, and each from its begin: what stands before Explore, fixtures included, is part of it.
// Compiled natively, without anything of weir, it is an ordinary stress test: Explore calls the
// body `native_repeats` times. This header includes nothing of weir's and needs no library.
#ifndef WEIR_SIM_EXPLORE_H_
#define WEIR_SIM_EXPLORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

extern "C" {
// As weir takes it. A null text is the default.
struct WeirExploration {
  uint64_t executions;
  const char* strategy;
  const char* faults;
  const uint64_t* seed;  // null: the caller's
};
// Absent natively.
[[gnu::weak]] void weir_explore(const WeirExploration* exploration);
}

namespace weir {

struct ExploreOptions {
  // At most so many; the first failure ends the search. `weir gtest --weir_executions=N` overrides
  // it.
  uint64_t executions = 1000;
  // `weir list strategies`; null: the default.
  const char* strategy = nullptr;
  // As `weir fuzz --faults` takes them, "-timeout" or "slow_thread,clock"; "none": the order of
  // threads alone. Null: all.
  const char* faults = nullptr;
  // The same executions in each run of the test. Without it they are those of seed 1, or of
  // --weir_seed=N.
  std::optional<uint64_t> seed = std::nullopt;
  // How often the body runs where there is no weir.
  int native_repeats = 100;
};

// Runs `body`, once in an execution. The first call in a TEST counts; later ones, and those on
// other threads, only run their body.
template <typename Body>
void Explore(Body&& body, const ExploreOptions& options = {}) {
  if (&weir_explore == nullptr) {
    for (int i = 0; i < options.native_repeats; ++i) body();
    return;
  }
  const WeirExploration exploration = {options.executions, options.strategy, options.faults,
                                       options.seed ? &*options.seed : nullptr};
  weir_explore(&exploration);
  std::forward<Body>(body)();
}

}  // namespace weir

#endif  // WEIR_SIM_EXPLORE_H_
