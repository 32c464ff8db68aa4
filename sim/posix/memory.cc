// malloc and its family: the World's heap for virtual threads and for the target's constructors.
//
// operator new needs nothing of its own: libstdc++'s calls malloc. Not scheduling points: an
// allocation is visible to its own thread only.
#include "sim/posix/memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <cstdio>
#include <cstring>

#include "sim/engine/engine.h"
#include "sim/engine/fiber.h"
#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/world.h"

extern "C" {
// glibc's own entry points, which need no dlsym (that would allocate).
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);
}

namespace weir::sim {

bool g_allocate_tls = false;

namespace {

struct CallerRange {
  uintptr_t begin, end;
};
CallerRange g_host_callers[4];
int g_host_caller_count = 0;
uintptr_t g_tls_next = kWorldAddress + kTlsOffset;

bool IsHostCaller(const void* return_address) {
  const auto address = reinterpret_cast<uintptr_t>(return_address);
  for (int i = 0; i < g_host_caller_count; ++i) {
    if (address >= g_host_callers[i].begin && address < g_host_callers[i].end) return true;
  }
  return false;
}

// Whether the caller's memory is libc's.
bool UsesLibc(const void* return_address) {
  if (g_mode == Mode::kTarget) [[likely]]
    return false;
  return g_mode == Mode::kHost || IsHostCaller(return_address);
}

bool InTlsArea(const void* block) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  return address >= kWorldAddress + kTlsOffset && address < kWorldAddress + kTlsOffset + kTlsBytes;
}

void* AllocateTls(size_t size) {
  const uintptr_t at = (g_tls_next + 63) & ~uintptr_t{63};
  if (at + size > kWorldAddress + kTlsOffset + kTlsBytes) return nullptr;
  g_tls_next = at + size;
  return reinterpret_cast<void*>(at);
}

// `block` of the World's heap, for a request of `size` bytes. Null, with errno, only for one that
// fails natively too.
void* OrNoMemory(void* block, size_t size) {
  if (block != nullptr) [[likely]]
    return block;
  FailUnlessTooMuch(size);
  errno = ENOMEM;
  return nullptr;
}
void* NoMemory() { return OrNoMemory(nullptr, ~size_t{0}); }

bool IsPowerOfTwo(size_t value) { return value != 0 && (value & (value - 1)) == 0; }

// What libc's functions allocated for the target before the World existed belongs to the base image
// and lives as long as the process.
size_t ForeignSize(void* block) {
  const Mode before = g_mode;
  g_mode = Mode::kHost;
  static size_t (*real)(void*) = nullptr;
  if (real == nullptr) {
    real = reinterpret_cast<size_t (*)(void*)>(dlsym(RTLD_NEXT, "malloc_usable_size"));
  }
  g_mode = before;
  return real(block);
}

// What lies at an address outside of the heap, in words; empty if nothing of the target's does.
struct Place {
  char text[120];
};
Place PlaceOf(const void* address) {
  Place place = {};
  HostScope host;
  const ObjectKey key = KeyOf(address);
  Dl_info info = {};
  switch (key.space) {
    case ObjectKey::Space::kGlobal:
      if (dladdr(address, &info) != 0 && info.dli_sname != nullptr) {
        std::snprintf(place.text, sizeof place.text, "`%s', a global", info.dli_sname);
      } else {
        std::snprintf(place.text, sizeof place.text, "a global, %s", ObjectName(key).c_str());
      }
      break;
    case ObjectKey::Space::kStack:
      std::snprintf(place.text, sizeof place.text, "an address on the stack of %s",
                    ThreadName(SlotAt(reinterpret_cast<uintptr_t>(address))).c_str());
      break;
    case ObjectKey::Space::kShared:
      std::snprintf(place.text, sizeof place.text, "shared memory, %s", ObjectName(key).c_str());
      break;
    default:
      break;
  }
  return place;
}

// `call` was given an address at which no block begins that it could free. Returns only if the
// address is not of the target's: what was allocated outside of the World.
void RefuseToFree(const char* call, const void* address) {
  if (InHeap(address)) {
    const HeapMisuse misuse = DescribeMisuse(address);
    FailExecution(VerdictKind::kCrash, misuse.oracle, "%s of %s, 0x%lx", call, misuse.text,
                  reinterpret_cast<uintptr_t>(address));
  }
  const Place place = PlaceOf(address);
  if (place.text[0] == '\0') return;
  FailExecution(VerdictKind::kCrash, "invalid_free", "%s of %s, which malloc() has not given", call,
                place.text);
}

}  // namespace

void FailUnlessTooMuch(size_t size) {
  // What no process gets natively either, on the machines of today.
  constexpr size_t kTooMuch = size_t{1} << 40;
  if (size >= kTooMuch) return;
  FailAtLimit(
      "heap",
      "no room for %zu bytes in a heap of %zu GiB; kHeapBytes in sim/engine/limits.h is its "
      "size",
      size, kHeapBytes >> 30);
}

void AddHostCaller(uintptr_t begin, uintptr_t end) {
  if (g_host_caller_count < 4) g_host_callers[g_host_caller_count++] = {begin, end};
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

void* malloc(size_t size) {
  if (UsesLibc(__builtin_return_address(0))) {
    return g_allocate_tls ? AllocateTls(size) : __libc_malloc(size);
  }
  return OrNoMemory(HeapAllocate(size), size);
}

void free(void* block) {
  if (block == nullptr) return;
  if (InHeap(block)) {
    if (g_mode != Mode::kHost && !HeapFree(block)) [[unlikely]]
      RefuseToFree("free()", block);
    return;
  }
  // A virtual thread frees what was allocated outside of the World: that memory is there again in
  // the next execution, so it stays.
  if (g_mode == Mode::kTarget && !IsHostCaller(__builtin_return_address(0))) {
    return RefuseToFree("free()", block);
  }
  if (g_mode == Mode::kTarget || InTlsArea(block)) return;
  __libc_free(block);
}

void* calloc(size_t count, size_t size) {
  if (UsesLibc(__builtin_return_address(0))) return __libc_calloc(count, size);
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NoMemory();
  void* const block = OrNoMemory(HeapAllocate(bytes), bytes);
  if (block != nullptr) std::memset(block, 0, bytes);
  return block;
}

void* realloc(void* block, size_t size) {
  if (UsesLibc(__builtin_return_address(0)) && !InHeap(block)) return __libc_realloc(block, size);
  if (block == nullptr) return OrNoMemory(HeapAllocate(size), size);
  if (size == 0) {
    free(block);
    return nullptr;
  }
  if (!InHeap(block) || !HeapInUse(block)) [[unlikely]]
    RefuseToFree("realloc()", block);
  const size_t before = InHeap(block) ? HeapUsableSize(block) : ForeignSize(block);
  void* const moved = OrNoMemory(HeapAllocate(size), size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, before < size ? before : size);
  free(block);
  return moved;
}

void* reallocarray(void* block, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NoMemory();
  return realloc(block, bytes);
}

void* memalign(size_t alignment, size_t size) {
  if (UsesLibc(__builtin_return_address(0))) return __libc_memalign(alignment, size);
  if (!IsPowerOfTwo(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  return OrNoMemory(HeapAllocateAligned(alignment, size), size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  if (UsesLibc(__builtin_return_address(0))) return __libc_memalign(alignment, size);
  return memalign(alignment, size);
}

int posix_memalign(void** block, size_t alignment, size_t size) {
  if (alignment % sizeof(void*) != 0 || !IsPowerOfTwo(alignment)) return EINVAL;
  const bool libc = UsesLibc(__builtin_return_address(0));
  void* const fresh = libc ? __libc_memalign(alignment, size)
                           : OrNoMemory(HeapAllocateAligned(alignment, size), size);
  if (fresh == nullptr) return ENOMEM;
  *block = fresh;
  return 0;
}

size_t malloc_usable_size(void* block) {
  if (block == nullptr) return 0;
  return InHeap(block) ? HeapUsableSize(block) : ForeignSize(block);
}

}  // extern "C"
