#ifndef FENCE_TESTS_FUZZ_FUZZ_BODIES_H_
#define FENCE_TESTS_FUZZ_FUZZ_BODIES_H_

#include "tests/fuzz/input.h"

namespace fence {

// Decodes the rest of the input as every kind of body. What decodes must encode to the same bytes.
void FuzzBodies(Input* input);

}  // namespace fence

#endif  // FENCE_TESTS_FUZZ_FUZZ_BODIES_H_
