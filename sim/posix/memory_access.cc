// Plain and volatile memory accesses: what clang's ThreadSanitizer pass makes of them in targets
// that are compiled for it (weir_target(… MEMORY), weir_target(… VOLATILE)), and memcpy, memmove
// and memset of the former.
//
// Each call comes right before its access, and nothing runs in between. A plain access tells the
// race detector, and is a scheduling point only where the order can matter: when several threads
// touch those eight bytes and one of them writes (RaceSharing::kContended), as far as this
// execution has shown. What one thread alone has touched so far may turn out to be shared; its
// first kFreshAccesses accesses are points, too, unless it is that thread's own by nature: its
// stack, its thread-local storage, a block that it has allocated. Without them no execution could
// come between the read and the write of a counter that each thread increments once. Where a thread
// waits at such a point before the very first access, those who come to the place meanwhile share
// it with that thread: it is contended. A plain read
// is neither progress nor a look: a loop over shared memory is no spinning, and one that waits for
// something may read what it likes. A volatile read is a look, as an atomic load is; a volatile
// write counts as a change.
//
// The names: compiler-rt's tsan_interface.h.
#include <cstdint>
#include <cstring>
#include <string_view>

#include "sim/engine/fiber.h"
#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/race.h"

namespace weir::sim {
namespace {

void ReadPoint(const void* object) {
  if (QuietPoint(Op::kMemoryRead, object)) return;
  Reach(Op::kMemoryRead, object);
  ChooseThread(Op::kMemoryRead, object, true, false);
}

void WritePoint(const void* object) {
  if (!QuietSchedulePoint(Op::kMemoryWrite, object)) SchedulePoint(Op::kMemoryWrite, object);
}

// What a read finds, as far as it goes into the fingerprint.
uint64_t ValueAt(const void* object, uint64_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, object, bytes < sizeof value ? bytes : sizeof value);
  return value;
}

// Memory that others seldom touch, and never before its thread has made it known.
bool IsOwn(const void* object) {
  const Thread& thread = CurrentThread();
  const char* begin = nullptr;
  if (const HeapBlock* const block = HeapBlockOf(object, &begin)) return block->uid == thread.uid;
  const auto address = reinterpret_cast<uintptr_t>(object);
  const uintptr_t tls = kWorldAddress + kTlsOffset;
  return SlotAt(address) == world().current || address - tls < kTlsBytes;
}

// Who called, before it is known whether anybody wants to know.
struct Caller {
  const void* return_address;
  const void* frame;
};
#define WEIR_CALLER() \
  ::weir::sim::Caller { __builtin_return_address(0), __builtin_frame_address(0) }

[[gnu::noinline]] void Plain(const void* object, uint64_t bytes, bool write, Caller caller) {
  if (g_mode != Mode::kTarget || g_races == nullptr || bytes == 0) return;
  const uint64_t place = RacePlaceOf(object);
  if (!HasHistory(place)) return;
  const RaceThread self = RaceSelf();
  if (g_races->IsAgain(self, place, static_cast<uint32_t>(bytes), write)) [[likely]]
    return;
  if (g_races->IsContended(self, place, static_cast<uint32_t>(bytes), write) ||
      (g_races->IsFresh(self, place) && !IsOwn(object))) {
    write ? WritePoint(object) : ReadPoint(object);
    // Eight bytes may be a pointer into a library, which is elsewhere in the next process.
    if (!write && bytes < sizeof(void*)) Result(ValueAt(object, bytes));
  }
  RaceAccesses(self, object, bytes, write, false, RaceSitesOf(caller.return_address, caller.frame));
}

[[gnu::noinline]] void Volatile(const void* object, uint64_t bytes, bool write) {
  if (g_mode != Mode::kTarget) return;
  if (write) {
    WritePoint(object);
    return;
  }
  if (!QuietLookPoint(Op::kMemoryRead, object)) LookPoint(Op::kMemoryRead, object);
  // An address that can not be read is for the target to find out.
  const bool known = IsFixedAddress(reinterpret_cast<uintptr_t>(object));
  Looked<false>(object, known ? ValueAt(object, bytes) : 0);
}

void Ignored(void*) {}
void IgnoredRange(void*, unsigned long) {}
void IgnoredPair(void**, void*) {}

void* Copy(void* to, const void* from, size_t bytes) {
  const Caller caller = WEIR_CALLER();
  Plain(from, bytes, false, caller);
  Plain(to, bytes, true, caller);
  return std::memcpy(to, from, bytes);
}

void* Move(void* to, const void* from, size_t bytes) {
  const Caller caller = WEIR_CALLER();
  Plain(from, bytes, false, caller);
  Plain(to, bytes, true, caller);
  return std::memmove(to, from, bytes);
}

void* Set(void* to, int value, size_t bytes) {
  Plain(to, bytes, true, WEIR_CALLER());
  return std::memset(to, value, bytes);
}

}  // namespace

void* MemoryAccessFor(const char* name, bool is_target) {
  const std::string_view call = name;
  if (!is_target) return nullptr;
  if (g_races != nullptr) {
    // What a library copies is its own business: its synchronisation is not seen.
    if (call == "memcpy") return reinterpret_cast<void*>(&Copy);
    if (call == "memmove") return reinterpret_cast<void*>(&Move);
    if (call == "memset") return reinterpret_cast<void*>(&Set);
    return nullptr;
  }
  // VOLATILE: the pass tells of plain accesses, too.
  if (call == "__tsan_read_range" || call == "__tsan_write_range") {
    return reinterpret_cast<void*>(&IgnoredRange);
  }
  if (call == "__tsan_vptr_update") return reinterpret_cast<void*>(&IgnoredPair);
  if (call.starts_with("__tsan_read") || call.starts_with("__tsan_write") ||
      call.starts_with("__tsan_unaligned_read") || call.starts_with("__tsan_unaligned_write") ||
      call.starts_with("__tsan_vptr_")) {
    return reinterpret_cast<void*>(&Ignored);
  }
  return nullptr;
}

}  // namespace weir::sim

namespace sim = weir::sim;

extern "C" {

#define WEIR_PLAIN(bytes)                                                                    \
  void __tsan_read##bytes(void* object) { sim::Plain(object, bytes, false, WEIR_CALLER()); } \
  void __tsan_write##bytes(void* object) { sim::Plain(object, bytes, true, WEIR_CALLER()); } \
  void __tsan_read_write##bytes(void* object) {                                              \
    const sim::Caller caller = WEIR_CALLER();                                                \
    sim::Plain(object, bytes, false, caller);                                                \
    sim::Plain(object, bytes, true, caller);                                                 \
  }                                                                                          \
  void __tsan_volatile_read##bytes(void* object) { sim::Volatile(object, bytes, false); }    \
  void __tsan_volatile_write##bytes(void* object) { sim::Volatile(object, bytes, true); }

#define WEIR_UNALIGNED(bytes)                                \
  void __tsan_unaligned_read##bytes(void* object) {          \
    sim::Plain(object, bytes, false, WEIR_CALLER());         \
  }                                                          \
  void __tsan_unaligned_write##bytes(void* object) {         \
    sim::Plain(object, bytes, true, WEIR_CALLER());          \
  }                                                          \
  void __tsan_unaligned_read_write##bytes(void* object) {    \
    const sim::Caller caller = WEIR_CALLER();                \
    sim::Plain(object, bytes, false, caller);                \
    sim::Plain(object, bytes, true, caller);                 \
  }                                                          \
  void __tsan_unaligned_volatile_read##bytes(void* object) { \
    sim::Volatile(object, bytes, false);                     \
  }                                                          \
  void __tsan_unaligned_volatile_write##bytes(void* object) { sim::Volatile(object, bytes, true); }

WEIR_PLAIN(1)
WEIR_PLAIN(2)
WEIR_PLAIN(4)
WEIR_PLAIN(8)
WEIR_PLAIN(16)
WEIR_UNALIGNED(2)
WEIR_UNALIGNED(4)
WEIR_UNALIGNED(8)
WEIR_UNALIGNED(16)
#undef WEIR_PLAIN
#undef WEIR_UNALIGNED

// To write the same pointer again is what every constructor and destructor of a hierarchy does.
void __tsan_vptr_update(void** object, void* table) {
  if (*object != table) sim::Plain(object, sizeof *object, true, WEIR_CALLER());
}
void __tsan_vptr_read(void** object) { sim::Plain(object, sizeof *object, false, WEIR_CALLER()); }
void __tsan_read_range(void* object, unsigned long bytes) {
  sim::Plain(object, bytes, false, WEIR_CALLER());
}
void __tsan_write_range(void* object, unsigned long bytes) {
  sim::Plain(object, bytes, true, WEIR_CALLER());
}
// Of an object that others keep: its calls that read, or write, as accesses of its first byte.
void __tsan_external_read(void* object, void*, void*) {
  sim::Plain(object, 1, false, WEIR_CALLER());
}
void __tsan_external_write(void* object, void*, void*) {
  sim::Plain(object, 1, true, WEIR_CALLER());
}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

}  // extern "C"
