// shm_open and memfd_create: one object mapped at two addresses, errors, life after unlink.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace {

constexpr size_t kBytes = 8192;

std::byte* Map(int fd) {
  void* at = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  assert(at != MAP_FAILED);
  return static_cast<std::byte*>(at);
}

void IsOneObjectAtTwoAddresses(int fd) {
  assert(ftruncate(fd, kBytes) == 0);
  std::byte* one = Map(fd);
  std::byte* two = Map(fd);
  assert(one != two);
  for (size_t i = 0; i < kBytes; i += 512) assert(one[i] == std::byte{0});
  std::memset(one + 100, 7, 8);
  assert(two[107] == std::byte{7});
  auto* here = reinterpret_cast<std::atomic<int>*>(one + 4096);
  auto* there = reinterpret_cast<std::atomic<int>*>(two + 4096);
  assert(here->fetch_add(3) == 0 && there->fetch_add(4) == 3 && here->load() == 7);
  assert(munmap(one, kBytes) == 0);
  assert(there->load() == 7);
  assert(close(fd) == 0);
  assert(there->load() == 7);  // a mapping outlives its descriptor
  assert(munmap(two, kBytes) == 0);
}

}  // namespace

int main() {
  const std::string name = "/weir-shared-memory-" + std::to_string(getpid());
  assert(shm_open(name.c_str(), O_RDWR, 0600) == -1 && errno == ENOENT);
  const int fd = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  assert(fd >= 0);
  assert(shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST);
  const int again = shm_open(name.c_str(), O_RDWR, 0600);
  assert(again >= 0 && again != fd);
  assert(ftruncate(again, kBytes) == 0);
  std::byte* mapped = Map(again);
  assert(shm_unlink(name.c_str()) == 0);
  assert(shm_unlink(name.c_str()) == -1 && errno == ENOENT);
  IsOneObjectAtTwoAddresses(fd);
  assert(mapped[107] == std::byte{7});  // unlinked and its first descriptor closed, but mapped
  assert(munmap(mapped, kBytes) == 0 && close(again) == 0);
  assert(close(again) == -1 && errno == EBADF);

  const int anonymous = memfd_create("anonymous", 0);
  assert(anonymous >= 0);
  IsOneObjectAtTwoAddresses(anonymous);
  return 0;
}
