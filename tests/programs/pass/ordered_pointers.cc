// simulation only
// A pointer is handed on by functions of a library: what was done before is released at the third
// argument, which is published, and acquired at the pointer that is returned.
// memory points
#include <cassert>
#include <thread>

#include "sim/weir.h"
#include "tests/prebuilt/prebuilt.h"

WEIR_ORDERS("PrebuiltExchange",
            weir::kReleases | weir::kThirdArgument | weir::kAcquires | weir::kAtResult);
WEIR_ORDERS("PrebuiltLoad", weir::kAcquires | weir::kAtResult);

namespace {

int first = 0;
int second = 0;
void* published = nullptr;

void Publish(int* node) {
  *node = 7;
  if (void* const old = PrebuiltExchange(&published, nullptr, node)) {
    assert(*static_cast<int*>(old) == 7);
  }
}

}  // namespace

int main() {
  std::thread one([] { Publish(&first); });
  std::thread other([] { Publish(&second); });
  void* node;
  while ((node = PrebuiltLoad(&published)) == nullptr) std::this_thread::yield();
  assert(*static_cast<int*>(node) == 7);
  one.join();
  other.join();
  return 0;
}
