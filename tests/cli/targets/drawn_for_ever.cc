// Ends with the first 0 that is drawn, which the default schedule draws at once and a random one
// never: a failure that needs millions of edits.
#include "sim/weir.h"

int main() {
  while (weir::Choose(uint64_t{1} << 31) != 0) {
  }
  return 0;
}
