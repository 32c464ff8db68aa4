#ifndef FENCE_TESTS_FUZZ_FUZZ_GROUP_H_
#define FENCE_TESTS_FUZZ_FUZZ_GROUP_H_

#include "tests/fuzz/input.h"

namespace fence {

// Runs a group of three members in this address space and spoils its memory, as the input says.
void FuzzGroup(Input* input);

}  // namespace fence

#endif  // FENCE_TESTS_FUZZ_FUZZ_GROUP_H_
