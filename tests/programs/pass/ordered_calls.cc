// simulation only
// Calls of functions that are declared to order keep their arguments and results, and what they
// throw comes through.
// memory points
#include <atomic>
#include <cassert>
#include <thread>

#include "sim/weir.h"
#include "tests/prebuilt/prebuilt.h"

WEIR_ORDERS("PrebuiltSum", weir::kReleases | weir::kAcquires);
WEIR_ORDERS("PrebuiltPairOf", weir::kReleases | weir::kAcquires);
WEIR_ORDERS("PrebuiltThrow", weir::kReleases);
WEIR_ORDERS("PrebuiltCallsOfThread", weir::kReleases | weir::kAcquires | weir::kOneForAll);

namespace {

int object = 0;
int told = 0;
std::atomic<bool> is_told{false};

void Tell() {
  const PrebuiltPair pair = PrebuiltPairOf(&object, 21, 42);
  assert(pair.first == 21 && pair.second == 42);
  told = 1;
  try {
    PrebuiltThrow(&object, 7);
    assert(false);
  } catch (int value) {
    assert(value == 7);
  }
  is_told.store(true, std::memory_order_relaxed);
}

}  // namespace

int main() {
  std::thread teller(Tell);
  while (!is_told.load(std::memory_order_relaxed)) std::this_thread::yield();
  // 1 + 4 + 9 + 16 + 25 and half of 1 + 4 + … + 64.
  assert(PrebuiltSum(&object, 1, 2, 3, 4, 5, .5, 1, 1.5, 2, 2.5, 3, 3.5, 4) == 55 + 102);
  assert(told == 1);
  const int calls = PrebuiltCallsOfThread();
  assert(calls == 1);
  teller.join();
  return 0;
}
