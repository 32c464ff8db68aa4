// Under ThreadSanitizer all mappings of one shared-memory object lie at one address.
//
// ThreadSanitizer knows memory by its address. Members of one group that live in one address space
// map its segment each on their own, so that a byte that two of them share has two addresses: no
// race on it could be reported, and what synchronises them would not be seen either. Linked with
// --wrap=mmap,--wrap=munmap, a second mapping of an object gives the first one again, which goes
// when the last of its users has unmapped it. The library itself is the shipped one, as it stands.
#include <sys/mman.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <tuple>

extern "C" {
// The linker's names: what the program calls mmap is __wrap_mmap, and mmap itself is __real_mmap.
void* __wrap_mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void* at, size_t bytes);
void* __real_mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset);
int __real_munmap(void* at, size_t bytes);
}

namespace {

// An object keeps its inode at least as long as it is mapped. A mapping of another size, of one
// that has been resized meanwhile, is another one.
using Key = std::tuple<dev_t, ino_t, size_t>;

struct Mapping {
  void* at = nullptr;
  int users = 0;
};

std::mutex mutex;

std::map<Key, Mapping>& Mappings() {
  static auto* const mappings = new std::map<Key, Mapping>;  // outlives all that could unmap
  return *mappings;
}

}  // namespace

void* __wrap_mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  struct stat info;
  const bool whole_object = at == nullptr && (flags & MAP_SHARED) != 0 && fd >= 0 && offset == 0 &&
                            protection == (PROT_READ | PROT_WRITE) && fstat(fd, &info) == 0;
  if (!whole_object) return __real_mmap(at, bytes, protection, flags, fd, offset);
  const std::lock_guard lock(mutex);
  Mapping& mapping = Mappings()[{info.st_dev, info.st_ino, bytes}];
  if (mapping.users == 0) mapping.at = __real_mmap(at, bytes, protection, flags, fd, offset);
  if (mapping.at != MAP_FAILED) ++mapping.users;
  return mapping.at;
}

int __wrap_munmap(void* at, size_t bytes) {
  const std::lock_guard lock(mutex);
  for (auto entry = Mappings().begin(); entry != Mappings().end(); ++entry) {
    Mapping& mapping = entry->second;
    if (mapping.at != at || std::get<2>(entry->first) != bytes || mapping.users == 0) continue;
    if (--mapping.users > 0) return 0;
    Mappings().erase(entry);
    break;
  }
  return __real_munmap(at, bytes);
}
