// Names and descriptors of shared memory: what shm_open accepts and refuses, flags, sizes, life
// after unlink.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <string>

namespace {

constexpr int kCreate = O_RDWR | O_CREAT | O_EXCL;

void Fails(int error, long result) { assert(result == -1 && errno == error); }

off_t SizeOf(int fd) {
  struct stat status;
  assert(fstat(fd, &status) == 0 && S_ISREG(status.st_mode));
  return status.st_size;
}

void Names() {
  for (const char* name : {"", "/", "/a/b", "a/"})
    Fails(EINVAL, shm_open(name, O_RDWR | O_CREAT, 0600));
  Fails(EINVAL, shm_open(("/" + std::string(300, 'x')).c_str(), O_RDWR | O_CREAT, 0600));
  Fails(ENOENT, shm_unlink("/weir/no/such"));
  const std::string longest = "/" + std::string(240, 'x') + std::to_string(getpid());
  const int fd = shm_open(longest.c_str(), kCreate, 0600);
  assert(fd >= 0 && close(fd) == 0 && shm_unlink(longest.c_str()) == 0);
}

void Descriptors(const std::string& name) {
  const int fd = shm_open(name.c_str(), kCreate, 0600);
  assert(fd >= 3 && SizeOf(fd) == 0);
  Fails(EEXIST, shm_open(name.c_str(), kCreate, 0600));
  assert(ftruncate(fd, 100) == 0 && SizeOf(fd) == 100);
  // Without the slash it is the same.
  const int again = shm_open(name.c_str() + 1, O_RDWR, 0);
  assert(again > fd && SizeOf(again) == 100);
  // The lowest free number comes next.
  assert(close(fd) == 0);
  const int reader = shm_open(name.c_str(), O_RDONLY, 0);
  assert(reader == fd);
  Fails(EINVAL, ftruncate(reader, 10));
  assert(mmap(nullptr, 100, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0) == MAP_FAILED &&
         errno == EACCES);
  void* const view = mmap(nullptr, 100, PROT_READ, MAP_SHARED, reader, 0);
  assert(view != MAP_FAILED && *static_cast<char*>(view) == 0 && munmap(view, 100) == 0);
  Fails(EINVAL, ftruncate(again, -1));
  const int emptied = shm_open(name.c_str(), O_RDWR | O_TRUNC, 0);
  assert(emptied >= 0 && SizeOf(reader) == 0);
  assert(close(reader) == 0 && close(emptied) == 0);
  Fails(EBADF, close(emptied));
  Fails(EBADF, ftruncate(emptied, 1));
  assert(close(again) == 0);
  assert(shm_unlink(name.c_str()) == 0);
}

// A name given again is another object.
void Unlinked(const std::string& name) {
  const int old = shm_open(name.c_str(), kCreate, 0600);
  assert(old >= 0 && ftruncate(old, 8) == 0 && shm_unlink(name.c_str()) == 0);
  Fails(ENOENT, shm_open(name.c_str(), O_RDWR, 0));
  const int fresh = shm_open(name.c_str(), kCreate, 0600);
  assert(fresh >= 0 && SizeOf(fresh) == 0 && SizeOf(old) == 8);
  assert(close(old) == 0 && close(fresh) == 0 && shm_unlink(name.c_str()) == 0);
}

}  // namespace

int main() {
  Names();
  const std::string name = "/weir-shm-names-" + std::to_string(getpid());
  Descriptors(name);
  Unlinked(name);
  Fails(EINVAL, memfd_create("flags", 0x1000));
  Fails(EINVAL, memfd_create(std::string(250, 'x').c_str(), 0));
  return 0;
}
