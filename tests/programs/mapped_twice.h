// What programs that use shared memory at two addresses share.
#ifndef WEIR_TESTS_PROGRAMS_MAPPED_TWICE_H_
#define WEIR_TESTS_PROGRAMS_MAPPED_TWICE_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cassert>

// One zeroed object in shared memory, at two addresses as two processes would have it.
template <typename T>
struct MappedTwice {
  MappedTwice() {
    const int fd = memfd_create("mapped_twice", 0);
    assert(fd >= 0 && ftruncate(fd, sizeof(T)) == 0);
    here = Map(fd);
    there = Map(fd);
    assert(here != there);
    assert(close(fd) == 0);
  }

  T* here;
  T* there;

 private:
  static T* Map(int fd) {
    void* const at = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert(at != MAP_FAILED);
    return static_cast<T*>(at);
  }
};

#endif  // WEIR_TESTS_PROGRAMS_MAPPED_TWICE_H_
