// simulation only: natively it reads what the stack happens to hold.
// An uninitialised variable holds the same in a search and in its repetition, whatever weir's own
// calls have left on the stack before.
#include <atomic>
#include <cassert>
#include <thread>

namespace {

std::atomic<int> g_count{0};

[[gnu::noinline]] void Peek() {
  unsigned long frame[256];
  asm volatile("" : : "r"(frame) : "memory");
  for (const unsigned long word : frame) assert(word == frame[0]);
}

}  // namespace

int main() {
  std::thread other([] {
    g_count.fetch_add(1);
    Peek();
  });
  g_count.fetch_add(1);
  Peek();
  other.join();
  Peek();
}
