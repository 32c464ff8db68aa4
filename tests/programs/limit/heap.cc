// A request that no machine grants fails as it does natively; one that many would grant is beyond
// weir's heap, and that is weir's limit, not a bad_alloc of the program.
#include <cassert>
#include <cstdlib>
#include <new>
#include <thread>

void* volatile block;  // so that no compiler leaves the allocation out

int main() {
  const volatile std::size_t absurd = std::size_t{1} << 50, large = std::size_t{5} << 30;
  bool thrown = false;
  std::thread other([&] {
    try {
      block = ::operator new(absurd);
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
  });
  other.join();
  assert(thrown);
  block = std::malloc(large);
  return block == nullptr;
}
