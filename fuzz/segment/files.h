#ifndef WEIR_FUZZ_SEGMENT_FILES_H_
#define WEIR_FUZZ_SEGMENT_FILES_H_

#include "fuzz/segment/input.h"

namespace fence {

// Attaches to, and joins, a shared-memory file that is partly or wholly the input.
void FuzzFile(Input* input);

}  // namespace fence

#endif  // WEIR_FUZZ_SEGMENT_FILES_H_
