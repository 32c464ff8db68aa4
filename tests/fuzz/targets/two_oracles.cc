// Two scenarios that always fail, each in its own way.
#include "sim/weir.h"

WEIR_SCENARIO(apples) { weir::Fail("rotten_apple", "an apple is rotten"); }
WEIR_SCENARIO(pears) { weir::Fail("rotten_pear", "a pear is rotten"); }
