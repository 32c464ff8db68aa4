// Large shared objects: sparse ones cost nothing, all of it is zero at first, also when much of it
// was written the last time.
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kMegabyte = 1 << 20;

// Looks at and writes one word of each page.
void Touch(char* at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += kPage) {
    auto* const word = reinterpret_cast<uint64_t*>(at + i);
    assert(word[0] == 0 && word[511] == 0);
    word[0] = word[511] = ~uint64_t{0};
  }
}

char* Make(size_t bytes) {
  const int fd = memfd_create("large", 0);
  assert(fd >= 0 && ftruncate(fd, static_cast<off_t>(bytes)) == 0);
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  assert(at != MAP_FAILED && close(fd) == 0);
  return static_cast<char*>(at);
}

}  // namespace

int main() {
  char* const sparse = Make(300 * kMegabyte);
  Touch(sparse, kPage);
  Touch(sparse + 299 * kMegabyte, kMegabyte);
  char* const small = Make(kPage);
  Touch(small, kPage);
  char* const dense = Make(4 * kMegabyte);
  Touch(dense, 4 * kMegabyte);
  return 0;
}
