#ifndef WEIR_FUZZ_SEGMENT_GROUP_H_
#define WEIR_FUZZ_SEGMENT_GROUP_H_

#include "fuzz/segment/input.h"

namespace fence {

// Runs a group of three members in this address space and spoils its memory, as the input says.
void FuzzGroup(Input* input);

}  // namespace fence

#endif  // WEIR_FUZZ_SEGMENT_GROUP_H_
