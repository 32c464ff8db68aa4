#include "sim/posix/shared_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/shared_memory.h"

namespace weir::sim {
namespace {

// Up to here a reset zeroes all that was handed out; beyond, it asks the kernel what was ever
// touched.
constexpr uint64_t kZeroWhole = 128 << 10;
// What a process may keep resident from one execution to the next.
constexpr uint64_t kKeepResident = 16 << 20;

// Of the OS process, not of an execution; made by the first object of its first execution, so that
// processes forked before they ran anything share nothing.
int g_pool = -1;
bool g_mapped[kWindows + 1];
bool g_protected[kWindows];  // has pages that fault

[[noreturn]] void FailPool(const char* what) {
  FailExecution(VerdictKind::kUnsupportedCall, "shared_memory", "weir cannot %s: %s", what,
                strerror(errno));
}

char* WindowAddress(uint32_t window) {
  return reinterpret_cast<char*>(kSharedAddress + window * kSharedBytes);
}

// Names are of objects, also of unlinked ones: their memory is never another's.
ObjectKey KeyOfShared(uintptr_t address) {
  const SharedState& state = posix_state().shared;
  const uint64_t place = (address - kSharedAddress) % kSharedBytes;
  for (uint32_t i = 0; i < state.object_count; ++i) {
    const SharedState::Object& object = state.objects[i];
    if (place - object.pool_offset < object.capacity) {
      return {ObjectKey::Space::kShared, object.name_hash, 0, place - object.pool_offset};
    }
  }
  return {ObjectKey::Space::kUnknown, 0, address, 0};
}

void OpenPool() {
  HostScope host;
  g_pool = memfd_create("weir-shared-memory", MFD_CLOEXEC);
  if (g_pool < 0) FailPool("create the pool of shared memory");
  if (ftruncate(g_pool, kSharedBytes) != 0) FailPool("size the pool of shared memory");
  RegisterSharedMemory(KeyOfShared);
}

void MapWindow(uint32_t window) {
  if (g_pool < 0) OpenPool();
  HostScope host;
  void* const at = mmap(WindowAddress(window), kSharedBytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE, g_pool, 0);
  if (at != WindowAddress(window)) FailPool("map the pool of shared memory");
  g_mapped[window] = true;
}

void Protect(char* begin, uint64_t bytes, int protection) {
  HostScope host;
  if (bytes > 0 && mprotect(begin, bytes, protection) != 0) FailPool("protect shared memory");
}

bool IsMapped(const SharedState::Object& object) {
  const SharedState& state = posix_state().shared;
  const auto id = static_cast<uint16_t>(&object - state.objects + 1);
  for (uint32_t i = 0; i < state.mapping_count; ++i) {
    if (state.mappings[i].object == id && IsAlive(state.mappings[i])) return true;
  }
  return false;
}

uint64_t RoundUp(uint64_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }

// Zeroes what of [0, end) has memory: a hole of the file is zero, and reading one would fill it.
void ZeroTouched(uint64_t end) {
  uint64_t touched = 0;
  off_t at = 0;
  while ((at = lseek(g_pool, at, SEEK_DATA)) >= 0 && static_cast<uint64_t>(at) < end) {
    off_t stop = lseek(g_pool, at, SEEK_HOLE);
    if (stop > static_cast<off_t>(end)) stop = static_cast<off_t>(end);
    touched += static_cast<uint64_t>(stop - at);
    if (touched > kKeepResident) {
      fallocate(g_pool, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
                static_cast<off_t>(kSharedBytes) - at);
      return;
    }
    std::memset(WindowAddress(kOwnWindow) + at, 0, static_cast<size_t>(stop - at));
    at = stop;
  }
}

}  // namespace

bool ClaimForProcess(const void* primitive, uint16_t* user) {
  if (!InSharedMemory(primitive)) [[likely]]
    return true;
  const auto self = static_cast<uint16_t>(CurrentThread().process + 1);
  if (*user == 0) *user = self;
  return *user == self;
}

char* SharedBytesOf(const SharedState::Object& object, uint32_t window) {
  if (!g_mapped[window]) [[unlikely]]
    MapWindow(window);
  return WindowAddress(window) + object.pool_offset;
}

bool ReserveShared(SharedState::Object& object, uint64_t bytes) {
  SharedState& state = posix_state().shared;
  const uint64_t capacity = RoundUp(bytes);
  if (capacity <= object.capacity) return true;
  if (object.capacity > 0 && object.pool_offset + object.capacity == state.pool_used) {
    if (object.pool_offset + capacity > kSharedBytes) return false;
    state.pool_used = object.pool_offset + capacity;
    object.capacity = capacity;
    return true;
  }
  if (capacity > kSharedBytes - state.pool_used) return false;
  if (IsMapped(object)) {
    FailExecution(
        VerdictKind::kUnsupportedCall, "shared_memory_growth",
        "%s grows %s to %llu bytes while it is mapped and other shared memory was made since",
        CurrentThread().path, object.name, static_cast<unsigned long long>(bytes));
  }
  const char* const before = SharedBytesOf(object, kOwnWindow);
  object.pool_offset = state.pool_used;
  std::memcpy(SharedBytesOf(object, kOwnWindow), before, object.size);
  state.pool_used += capacity;
  object.capacity = capacity;
  return true;
}

void ProtectBeyondEnd(const SharedState::Object& object, const SharedState::Mapping& mapping) {
  const uint64_t size = RoundUp(object.size);
  const uint64_t inside = size <= mapping.offset                   ? 0
                          : size - mapping.offset < mapping.length ? size - mapping.offset
                                                                   : mapping.length;
  if (inside == mapping.length && !g_protected[mapping.window]) return;
  char* const begin = SharedBytesOf(object, mapping.window) + mapping.offset;
  Protect(begin, inside, PROT_READ | PROT_WRITE);
  Protect(begin + inside, mapping.length - inside, PROT_NONE);
  g_protected[mapping.window] = true;
}

bool CopySharedMemory(void (*add)(void* context, uintptr_t begin, size_t size), void* context) {
  const uint64_t used = posix_state().shared.pool_used;
  if (used == 0 || g_pool < 0) return true;
  for (const bool is_protected : g_protected) {
    if (is_protected) return false;
  }
  if (used > kKeepResident) return false;
  add(context, reinterpret_cast<uintptr_t>(WindowAddress(kOwnWindow)), used);
  return true;
}

void ResetSharedMemory() {
  const uint64_t used = posix_state().shared.pool_used;
  if (used == 0 || g_pool < 0) return;
  for (uint32_t window = 0; window < kWindows; ++window) {
    if (!g_protected[window]) continue;
    mprotect(WindowAddress(window), kSharedBytes, PROT_READ | PROT_WRITE);
    g_protected[window] = false;
  }
  if (used <= kZeroWhole) {
    std::memset(WindowAddress(kOwnWindow), 0, used);
  } else {
    ZeroTouched(used);
  }
}

}  // namespace weir::sim
