// mmap, munmap, msync, madvise.
//
// A shared mapping of an object is a window onto it (shared_pool.h), each time another one.
// Anonymous memory is a block of the World's heap, MAP_SHARED too: virtual processes share one
// address space. POSIX.1-2017, mmap(3p); mmap(2).
//
// Departures: MAP_FIXED and private mappings of objects are refused; an address that is only a hint
// is ignored; protection is not enforced. munmap of part of a mapping leaves it in place, and
// memory stays accessible after it.
#include <errno.h>
#include <sys/mman.h>

#include <cstring>

#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/failed_call.h"
#include "sim/posix/memory.h"
#include "sim/posix/real.h"
#include "sim/posix/shared_memory.h"

namespace weir::sim {
namespace {

using Mapping = SharedState::Mapping;

constexpr uint64_t kPageMask = kPage - 1;

uint64_t RoundUp(uint64_t bytes) { return (bytes + kPageMask) & ~kPageMask; }

void* FailMap(int error) {
  Result(static_cast<uint64_t>(error));
  errno = error;
  return MAP_FAILED;
}

[[noreturn]] void Refuse(const char* what) {
  FailExecution(VerdictKind::kUnsupportedCall, "mmap", "calls mmap() with %s", what);
}

void* MapAnonymous(uint64_t length) {
  const uint64_t fresh_from = world().heap.used_pages * kPage;
  void* const at = HeapAllocateAligned(kPage, length);
  if (at == nullptr) {
    FailUnlessTooMuch(length);
    return FailMap(ENOMEM);
  }
  // Memory that was never handed out is zero, and may be much more than is ever touched.
  if (reinterpret_cast<uintptr_t>(at) < kWorldAddress + kHeapOffset + fresh_from) {
    std::memset(at, 0, length);
  }
  return at;
}

// A free entry; null when there is none. Mappings of processes that were killed are free.
Mapping* NewMapping() {
  SharedState& state = posix_state().shared;
  for (uint32_t i = 0; i < state.mapping_count; ++i) {
    if (!IsAlive(state.mappings[i])) return &state.mappings[i];
  }
  if (state.mapping_count == kMaxMappings) return nullptr;
  return &state.mappings[state.mapping_count++];
}

bool WindowTaken(uint16_t object, uint32_t window) {
  const SharedState& state = posix_state().shared;
  for (uint32_t i = 0; i < state.mapping_count; ++i) {
    const Mapping& mapping = state.mappings[i];
    if (mapping.object == object && mapping.window == window && IsAlive(mapping)) return true;
  }
  return false;
}

// The next window around, so that an address comes back as late as possible. kWindows when all are
// taken.
uint32_t NextWindow(SharedState::Object& object, uint16_t id) {
  for (uint32_t tries = 0; tries < kWindows; ++tries) {
    const uint32_t window = object.next_window++ % kWindows;
    if (!WindowTaken(id, window)) return window;
  }
  return kWindows;
}

void* MapShared(int fd, int protection, uint64_t offset, uint64_t length) {
  const SharedState::Descriptor* const descriptor = DescriptorOf(fd);
  if (descriptor == nullptr) return FailMap(EBADF);
  const uint16_t id = descriptor->object;
  const bool writable = descriptor->writable;
  if (!descriptor->readable) return FailMap(EACCES);
  if ((protection & PROT_WRITE) != 0 && !writable) return FailMap(EACCES);
  SharedState::Object& object = ObjectOf(*descriptor);
  const void* const represented = SharedBytesOf(object, kOwnWindow);
  SchedulePoint(Op::kMap, represented);
  if (const int error = FailedCall(Op::kMap, represented, {ENOMEM, EAGAIN, ENFILE}))
    return FailMap(error);
  if (length > kSharedBytes || offset > kSharedBytes - length) return FailMap(ENOMEM);
  if (!ReserveShared(object, offset + length)) return FailMap(ENOMEM);
  const uint32_t window = NextWindow(object, id);
  Mapping* const mapping = window < kWindows ? NewMapping() : nullptr;
  if (mapping == nullptr) return FailMap(ENOMEM);
  *mapping = {id, CurrentThread().process, CurrentProcess().incarnation, window, offset, length};
  char* const at = SharedBytesOf(object, window) + offset;
  ProtectBeyondEnd(object, *mapping);
  Result(reinterpret_cast<uint64_t>(at));
  return at;
}

// Gives back a block that mmap handed out whole; anything else stays.
void UnmapAnonymous(void* address, uint64_t length) {
  const char* begin = nullptr;
  const HeapBlock* const block = HeapBlockOf(address, &begin);
  if (block == nullptr || block->freed) return;
  const uint64_t first = RoundUp(reinterpret_cast<uintptr_t>(begin));
  // HeapAllocateAligned asked for a page more than the length.
  if (first == reinterpret_cast<uintptr_t>(address) && block->size == length + kPage) {
    HeapFree(address);
  }
}

void UnmapShared(const void* address, uint64_t length) {
  SharedState& state = posix_state().shared;
  for (uint32_t i = 0; i < state.mapping_count; ++i) {
    Mapping& mapping = state.mappings[i];
    if (!IsAlive(mapping) || mapping.process != CurrentThread().process) continue;
    const SharedState::Object& object = state.objects[mapping.object - 1];
    if (SharedBytesOf(object, mapping.window) + mapping.offset == address &&
        mapping.length <= length) {
      mapping.object = 0;
    }
  }
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

void* mmap(void* hint, size_t length, int protection, int flags, int fd, off_t offset) noexcept {
  if (InHost()) return WEIR_REAL(mmap)(hint, length, protection, flags, fd, offset);
  const int sharing = flags & MAP_TYPE;
  if (length == 0 || (static_cast<uint64_t>(offset) & kPageMask) != 0) return FailMap(EINVAL);
  if (sharing != MAP_SHARED && sharing != MAP_PRIVATE && sharing != MAP_SHARED_VALIDATE) {
    return FailMap(EINVAL);
  }
  if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0) Refuse("a fixed address");
  if (length > SIZE_MAX - kPage) return FailMap(ENOMEM);
  if ((flags & MAP_ANONYMOUS) != 0) return MapAnonymous(RoundUp(length));
  if (g_mode == Mode::kLoad) Refuse("a descriptor, before main or scenario");
  if (sharing == MAP_PRIVATE && DescriptorOf(fd) != nullptr) Refuse("MAP_PRIVATE of an object");
  return MapShared(fd, protection, static_cast<uint64_t>(offset), RoundUp(length));
}

void* mmap64(void* hint, size_t length, int protection, int flags, int fd,
             off64_t offset) noexcept {
  return mmap(hint, length, protection, flags, fd, offset);
}

int munmap(void* address, size_t length) noexcept {
  if (InHost()) return WEIR_REAL(munmap)(address, length);
  if ((reinterpret_cast<uintptr_t>(address) & kPageMask) != 0 || length == 0) {
    errno = EINVAL;
    return -1;
  }
  if (InSharedMemory(address)) {
    SchedulePoint(Op::kUnmap, address);
    UnmapShared(address, RoundUp(length));
  } else {
    UnmapAnonymous(address, RoundUp(length));
  }
  return 0;
}

int msync(void* address, size_t length, int flags) {
  if (InHost()) return WEIR_REAL(msync)(address, length, flags);
  return 0;
}

// Advice changes nothing, but for MADV_DONTNEED: private memory reads as zero after it.
int madvise(void* address, size_t length, int advice) noexcept {
  if (InHost()) return WEIR_REAL(madvise)(address, length, advice);
  if (advice == MADV_DONTNEED && InHeap(address)) std::memset(address, 0, length);
  return 0;
}

}  // extern "C"
