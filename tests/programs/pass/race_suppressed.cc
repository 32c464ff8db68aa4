// simulation only: it races
// memory points
// Races on purpose are suppressed by the function that makes the access or that calls the one which
// does, and by scenario.
#include <thread>

#include "sim/weir.h"

namespace {

int g_hits = 0;
int g_misses = 0;

[[gnu::noinline]] void Add(int* counter) { ++*counter; }

struct Statistics {
  [[gnu::noinline]] static void Hit() {
    Add(&g_hits);
    asm volatile("");  // or Add() is jumped to, and called by somebody else
  }
  static void Miss() { ++g_misses; }
};

}  // namespace

WEIR_RACE_SUPPRESSED("Statistics::Hit");
WEIR_RACE_SUPPRESSED_IN(main, "Statistics::Miss");

int main() {
  std::thread other([] {
    Statistics::Hit();
    Statistics::Miss();
  });
  Statistics::Hit();
  Statistics::Miss();
  other.join();
  return 0;
}
