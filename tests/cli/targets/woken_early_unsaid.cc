#define READER_SAYS 0
#include "tests/cli/targets/woken_early.h"
