// Reads memory before anything was written to it, as buggy programs do: it must be zero each time,
// not what the execution before left there.
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr size_t kBytes = 3000;

// 1 if any byte of a block that was just handed out is not zero; then fills it.
int DirtyHeap() {
  int dirty = 0;
  for (int i = 0; i < 20; ++i) {
    auto* const block = static_cast<volatile unsigned char*>(std::malloc(kBytes));
    for (size_t k = 0; k < kBytes; ++k) dirty |= block[k];
    for (size_t k = 0; k < kBytes; ++k) block[k] = 0xA5;
  }
  return dirty;
}

[[gnu::noinline]] int DirtyStack() {
  [[clang::uninitialized]] volatile unsigned char block[48 << 10];  // no fixed pattern
  // Below what the calls before have used, well inside of the frame.
  int dirty = 0;
  for (size_t k = 0; k < sizeof block / 2; ++k) dirty |= block[k];
  for (size_t k = 0; k < sizeof block; ++k) block[k] = 0x5A;
  return dirty;
}

}  // namespace

int main() {
  assert(DirtyHeap() == 0);
  assert(DirtyStack() == 0);
  std::thread([] { assert(DirtyStack() == 0); }).join();
  return 0;
}
