// A custom mutator and crossover that speak schedules: a preemption more or less, A before B, a
// fault more or less, another parameter; two schedules spliced at a barrier.
#ifndef WEIR_FUZZ_SCHEDULE_MUTATE_H_
#define WEIR_FUZZ_SCHEDULE_MUTATE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/fault.h"
#include "sim/engine/random.h"
#include "sim/schedule/fuzz_input.h"
#include "sim/schedule/fuzz_input_run.h"
#include "sim/schedule/parameters.h"

namespace weir::sim {

// What is known of a scenario's executions: where an edit can have an effect.
class Vocabulary {
 public:
  void Add(std::span<const SeenThread> seen);
  std::span<const SeenThread> threads() const { return threads_; }

 private:
  // As many as there are in the largest executions; then others are left out.
  static constexpr size_t kMost = 256;
  std::vector<SeenThread> threads_;
};

// What a mutator may make of an input.
struct MutateLimits {
  std::span<const ParameterSpec> parameters;  // of the input's scenario
  FaultSet faults = FaultSet::All();
  size_t most_edits = 256;
};

// A new one for the same scenario: any parameters, a few edits.
void DrawAnew(FuzzInput& input, const Vocabulary& vocabulary, const MutateLimits& limits,
              Random& random);

// One to a few small changes; now and then all of it, so that no corpus is a dead end.
void Mutate(FuzzInput& input, const Vocabulary& vocabulary, const MutateLimits& limits,
            Random& random);

// `one` up to a barrier (a round), `other` from there on, with the parameters of either.
// Precondition: of the same scenario.
FuzzInput Splice(const FuzzInput& one, const FuzzInput& other, Random& random);

}  // namespace weir::sim

#endif  // WEIR_FUZZ_SCHEDULE_MUTATE_H_
