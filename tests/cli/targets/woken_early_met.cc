#define READER_SAYS 1
#include "tests/cli/targets/woken_early.h"
