// All that may be freed can be: aligned blocks, reallocated ones, large ones, what other threads
// and libc allocated, nothing.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <cassert>
#include <cstdint>
#include <cstdio>
#include <new>
#include <thread>

namespace {

struct alignas(256) Wide {
  char bytes[300];
};

char* g_before_main = static_cast<char*>(std::malloc(100));

void All() {
  free(nullptr);
  free(malloc(0));
  for (size_t alignment = 16; alignment <= 4096; alignment *= 2) {
    void* const block = aligned_alloc(alignment, 3 * alignment);
    assert(reinterpret_cast<uintptr_t>(block) % alignment == 0);
    // The words in front of it may look like anything.
    memset(block, 0xFF, malloc_usable_size(block));
    void* const moved = realloc(block, 5 * alignment);
    assert(moved != nullptr);
    free(moved);
  }
  delete new Wide;
  delete[] new Wide[3];
  free(realloc(malloc(1 << 20), 3 << 20));
  free(reallocarray(nullptr, 7, 9));
  char* text = nullptr;
  assert(asprintf(&text, "%d", 12) == 2);
  free(text);
  free(strdup("copy"));
}

}  // namespace

int main() {
  void* theirs = nullptr;
  std::thread other([&] {
    All();
    theirs = std::malloc(40);
  });
  other.join();
  free(theirs);
  All();
  free(realloc(g_before_main, 200));
}
