#ifndef FENCE_TESTS_FUZZ_FUZZ_FILES_H_
#define FENCE_TESTS_FUZZ_FUZZ_FILES_H_

#include "tests/fuzz/input.h"

namespace fence {

// Attaches to, and joins, a shared-memory file that is partly or wholly the input.
void FuzzFile(Input* input);

}  // namespace fence

#endif  // FENCE_TESTS_FUZZ_FUZZ_FILES_H_
