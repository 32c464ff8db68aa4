#ifndef WEIR_FUZZ_SEGMENT_BODIES_H_
#define WEIR_FUZZ_SEGMENT_BODIES_H_

#include "fuzz/segment/input.h"

namespace fence {

// Decodes the rest of the input as every kind of body. What decodes must encode to the same bytes.
void FuzzBodies(Input* input);

}  // namespace fence

#endif  // WEIR_FUZZ_SEGMENT_BODIES_H_
