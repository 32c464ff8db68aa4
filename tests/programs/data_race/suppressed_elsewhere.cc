// Suppressions that do not fit: a part of a name, another function of that name, another scenario.
#include <thread>

#include "sim/weir.h"

namespace {

int g_hits = 0;

struct Statistics {
  static void Hit() { ++g_hits; }
};

}  // namespace

WEIR_RACE_SUPPRESSED("it");
WEIR_RACE_SUPPRESSED("Tables::Hit");
WEIR_RACE_SUPPRESSED_IN(other, "Statistics::Hit");

int main() {
  std::thread other(Statistics::Hit);
  Statistics::Hit();
  other.join();
  return 0;
}
