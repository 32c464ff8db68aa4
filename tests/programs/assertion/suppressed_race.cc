// memory points
// A race on purpose, which a suppression keeps from being the verdict. What it breaks is found: the
// other thread may come between the read and the write of one increment.
#include <cassert>
#include <thread>

#include "sim/weir.h"

namespace {

int g_hits = 0;

void Hit() { ++g_hits; }

}  // namespace

WEIR_RACE_SUPPRESSED("Hit");

int main() {
  std::thread other(Hit);
  Hit();
  other.join();
  assert(g_hits == 2);
  return 0;
}
