// libFuzzer's side of the simulator: inputs are schedules, and what an execution comes to decides
// whether it was a crash.
#ifndef WEIR_FUZZ_SCHEDULE_HOST_H_
#define WEIR_FUZZ_SCHEDULE_HOST_H_

#include <cstddef>
#include <cstdint>

namespace weir::sim {

// What is fuzzed without --target; empty: there has to be one. Each fuzzer defines its own.
extern const char kFuzzedTarget[];

// Flags of its own, which libFuzzer leaves alone since they begin with two dashes:
//
//   --target=FILE.so or NAME   what is fuzzed
//   --bug=NN                   the known bug of that number, in its scenarios
//   --scenario=NAME            that one alone; otherwise all that are expected to pass
//   --no-faults                the order of threads alone
//   --hang=SECONDS             CPU time without a scheduling point; 10
//
// Ends the process, with status 2 and the reason, if one of them is wrong.
void StartFuzzing(int* argc, char*** argv);

// LLVMFuzzerTestOneInput, LLVMFuzzerCustomMutator, LLVMFuzzerCustomCrossOver.
int FuzzOne(const uint8_t* data, size_t size);
size_t MutateBytes(uint8_t* data, size_t size, size_t most, unsigned seed);
size_t SpliceBytes(const uint8_t* one, size_t one_size, const uint8_t* other, size_t other_size,
                   uint8_t* out, size_t most, unsigned seed);

}  // namespace weir::sim

#endif  // WEIR_FUZZ_SCHEDULE_HOST_H_
