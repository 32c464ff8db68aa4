// simulation only
// Calls of a library whose order is not seen are noted where races are looked for. They keep their
// arguments, those on the stack too, and their results, and what they throw comes through.
// memory points
#include <cassert>
#include <thread>

#include "tests/prebuilt/prebuilt.h"

namespace {

void Call() {
  const double sum = PrebuiltSumOfMany(1, 2, 3, 4, 5, 6, 7, 8, .5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5);
  assert(sum == 36 * 17 + 22.5);
  int object = 0;
  const PrebuiltPair pair = PrebuiltPairOf(&object, 21, 42);
  assert(pair.first == 21 && pair.second == 42);
  try {
    PrebuiltThrow(&object, 7);
    assert(false);
  } catch (int value) {
    assert(value == 7);
  }
}

}  // namespace

int main() {
  std::thread other(Call);
  Call();
  other.join();
  const bool first = PrebuiltClaims();
  assert(first && !PrebuiltClaims());
  return 0;
}
