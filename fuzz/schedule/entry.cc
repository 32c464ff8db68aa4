// What libFuzzer calls, for the fuzzers whose inputs are schedules.
#include <cstddef>
#include <cstdint>

#include "fuzz/schedule/host.h"

extern "C" {

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  weir::sim::StartFuzzing(argc, argv);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return weir::sim::FuzzOne(data, size);
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  return weir::sim::MutateBytes(data, size, most, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* other,
                                 size_t other_size, uint8_t* out, size_t most, unsigned seed) {
  return weir::sim::SpliceBytes(one, one_size, other, other_size, out, most, seed);
}
}
