// The malloc family: alignment, contents, growth, zeroing; blocks freed by another thread.
#include <malloc.h>
#include <stdlib.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace {

bool Aligned(const void* block, size_t alignment) {
  return reinterpret_cast<uintptr_t>(block) % alignment == 0;
}

struct alignas(256) Wide {
  char bytes[300];
};

}  // namespace

int main() {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{24}, size_t{1000}, size_t{1} << 20}) {
    char* block = static_cast<char*>(malloc(size));
    assert(block != nullptr && Aligned(block, 16));
    assert(malloc_usable_size(block) >= size);
    std::memset(block, 0x5A, size);
    free(block);
    // Zeroed, also where a dirty block was just freed.
    char* zeroed = static_cast<char*>(calloc(size, 1));
    for (size_t i = 0; i < size; ++i) assert(zeroed[i] == 0);
    free(zeroed);
  }
  free(nullptr);

  char* grown = static_cast<char*>(malloc(10));
  for (int i = 0; i < 10; ++i) grown[i] = static_cast<char>(i);
  for (const size_t size : {size_t{100}, size_t{100'000}, size_t{10}}) {
    grown = static_cast<char*>(realloc(grown, size));
    for (int i = 0; i < 10; ++i) assert(grown[i] == i);
  }
  grown = static_cast<char*>(reallocarray(grown, 20, 2));
  assert(grown[9] == 9);
  free(grown);
  char* fresh = static_cast<char*>(realloc(nullptr, 5));
  assert(fresh != nullptr);
  free(fresh);
  // Too much for any machine; the sizes are volatile so that the compiler does not see it.
  // The results are volatile too, or the compiler leaves out an allocation that nobody uses.
  volatile size_t half = SIZE_MAX / 2 + 2;
  void* volatile too_much = calloc(half, 2);
  assert(too_much == nullptr && errno == ENOMEM);

  for (const size_t alignment : {size_t{8}, size_t{64}, size_t{4096}}) {
    void* block = nullptr;
    assert(posix_memalign(&block, alignment, 100) == 0 && Aligned(block, alignment));
    free(block);
    block = aligned_alloc(alignment, 2 * alignment);
    assert(block != nullptr && Aligned(block, alignment));
    free(block);
    block = memalign(alignment, 33);
    assert(block != nullptr && Aligned(block, alignment));
    free(block);
  }
  void* none = nullptr;
  assert(posix_memalign(&none, 24, 8) == EINVAL);

  const auto wide = std::make_unique<Wide>();
  assert(Aligned(wide.get(), 256));
  const std::unique_ptr<Wide[]> several(new Wide[3]);
  assert(Aligned(&several[2], 256));
  too_much = new (std::nothrow) char[half];
  assert(too_much == nullptr);

  std::vector<std::unique_ptr<int>> numbers;
  std::thread maker([&] {
    for (int i = 0; i < 50; ++i) numbers.push_back(std::make_unique<int>(i));
  });
  maker.join();
  int sum = 0;
  for (const auto& number : numbers) sum += *number;
  numbers.clear();
  assert(sum == 1225);
  return 0;
}
