// Fails unless its exit functions run, last registered first, in this very execution: main's own
// status is an error, and only the last function to run makes it a success.
#include <unistd.h>

#include <cstdlib>

namespace {

int ran = 0;

struct AtEnd {
  ~AtEnd() { _exit(ran == 2 ? 0 : 4); }  // registered before main: runs last
} at_end;

}  // namespace

int main() {
  std::atexit([] { ran = ran == 1 ? 2 : 9; });
  std::atexit([] { ran = ran == 0 ? 1 : 9; });
  return 3;
}
