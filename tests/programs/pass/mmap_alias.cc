// Mappings: two of one object never share an address, offsets, growth while mapped, what is cut off
// is zero later, anonymous memory, errors.
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>

namespace {

constexpr size_t kPage = 4096;

char* Map(int fd, size_t length, off_t offset = 0) {
  void* const at = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
  assert(at != MAP_FAILED && reinterpret_cast<uintptr_t>(at) % kPage == 0);
  return static_cast<char*>(at);
}

void Aliases() {
  const int fd = memfd_create("aliases", MFD_CLOEXEC);
  assert(fd >= 0 && ftruncate(fd, 3 * kPage) == 0);
  std::set<char*> at;
  for (int i = 0; i < 8; ++i) at.insert(Map(fd, 3 * kPage));
  assert(at.size() == 8);
  char* const one = *at.begin();
  char* const part = Map(fd, kPage, 2 * kPage);
  std::strcpy(one + 2 * kPage, "seen everywhere");
  for (const char* other : at) assert(std::strcmp(other + 2 * kPage, "seen everywhere") == 0);
  assert(std::strcmp(part, "seen everywhere") == 0);

  // Grows in place for all who have it mapped.
  char* const early = Map(fd, 6 * kPage);
  assert(ftruncate(fd, 6 * kPage) == 0);
  early[5 * kPage] = 'x';
  char* const late = Map(fd, 6 * kPage);
  assert(late[5 * kPage] == 'x');
  // What is cut off is zero when it comes again.
  assert(ftruncate(fd, 2 * kPage) == 0 && ftruncate(fd, 3 * kPage) == 0);
  assert(one[2 * kPage] == 0 && part[0] == 0);
  for (char* mapping : at) assert(munmap(mapping, 3 * kPage) == 0);
  assert(munmap(part, kPage) == 0);
  assert(munmap(early, 6 * kPage) == 0 && munmap(late, 6 * kPage) == 0 && close(fd) == 0);
}

// The second is made while the first is the last of all; growing the first must not touch it.
void TwoObjects() {
  const int first = memfd_create("first", 0);
  const int second = memfd_create("second", 0);
  assert(ftruncate(first, kPage) == 0 && ftruncate(second, kPage) == 0);
  char* b = Map(second, kPage);
  std::memset(b, 'b', kPage);
  char* a = Map(first, kPage);
  std::memset(a, 'a', kPage);
  assert(munmap(a, kPage) == 0 && ftruncate(first, 2 * kPage) == 0);
  a = Map(first, 2 * kPage);
  assert(a[0] == 'a' && a[kPage - 1] == 'a' && a[kPage] == 0);
  std::memset(a, 'a', 2 * kPage);
  for (size_t i = 0; i < kPage; ++i) assert(b[i] == 'b');
  assert(close(first) == 0 && close(second) == 0);
}

void Anonymous() {
  const auto map = [](size_t length, int flags) {
    void* const at = mmap(nullptr, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    assert(at != MAP_FAILED && reinterpret_cast<uintptr_t>(at) % kPage == 0);
    return static_cast<char*>(at);
  };
  for (int round = 0; round < 3; ++round) {
    for (const int flags : {MAP_PRIVATE, MAP_SHARED}) {
      char* const at = map(3 * kPage + 1, flags);
      for (size_t i = 0; i < 4 * kPage; ++i) assert(at[i] == 0);
      std::memset(at, 0xFF, 4 * kPage);
      assert(munmap(at, 3 * kPage + 1) == 0);
    }
  }
  char* const advised = map(2 * kPage, MAP_PRIVATE);
  std::memset(advised, 1, 2 * kPage);
  assert(madvise(advised, kPage, MADV_DONTNEED) == 0);
  assert(advised[0] == 0 && advised[kPage] == 1);
  assert(munmap(advised, 2 * kPage) == 0);
}

void Errors() {
  const auto fails = [](int error, size_t length, int flags, int fd, off_t offset) {
    assert(mmap(nullptr, length, PROT_READ, flags, fd, offset) == MAP_FAILED && errno == error);
  };
  const int fd = memfd_create("errors", 0);
  fails(EINVAL, 0, MAP_SHARED, fd, 0);
  fails(EINVAL, kPage, MAP_SHARED, fd, 5);
  fails(EINVAL, kPage, 0, fd, 0);
  fails(EBADF, kPage, MAP_SHARED, 99, 0);
  assert(munmap(reinterpret_cast<void*>(1), kPage) == -1 && errno == EINVAL);
  assert(close(fd) == 0);
  fails(EBADF, kPage, MAP_SHARED, fd, 0);
}

}  // namespace

int main() {
  Aliases();
  TwoObjects();
  Anonymous();
  Errors();
  return 0;
}
