// What the memory orders of atomic operations promise, as the source names them, and fences:
// C++20, [atomics.order], [atomics.fences], release sequences [intro.races]. Sequentially
// consistent fences order by the same rules; that they stand in one order makes no happens-before.
#include <stddef.h>
#include <stdint.h>

#include "sim/posix/happens_before.h"
#include "sim/posix/race.h"

__extension__ using WeirUint128 = unsigned __int128;

// Defined in atomic.cc.
extern "C" {
void __tsan_atomic_thread_fence(int order);
#define WEIR_DECLARE(bits, T)                                                      \
  T __tsan_atomic##bits##_load(const volatile T*, int);                            \
  void __tsan_atomic##bits##_store(volatile T*, T, int);                           \
  T __tsan_atomic##bits##_exchange(volatile T*, T, int);                           \
  T __tsan_atomic##bits##_fetch_add(volatile T*, T, int);                          \
  T __tsan_atomic##bits##_fetch_sub(volatile T*, T, int);                          \
  T __tsan_atomic##bits##_fetch_and(volatile T*, T, int);                          \
  T __tsan_atomic##bits##_fetch_or(volatile T*, T, int);                           \
  T __tsan_atomic##bits##_fetch_xor(volatile T*, T, int);                          \
  T __tsan_atomic##bits##_fetch_nand(volatile T*, T, int);                         \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T*, T*, T, int, int); \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile T*, T*, T, int, int);   \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T*, T, T, int, int);
WEIR_DECLARE(8, uint8_t)
WEIR_DECLARE(16, uint16_t)
WEIR_DECLARE(32, uint32_t)
WEIR_DECLARE(64, uint64_t)
WEIR_DECLARE(128, WeirUint128)
#undef WEIR_DECLARE
}
void WeirAtomicLoad(size_t, const void*, void*, int) asm("__atomic_load");
void WeirAtomicStore(size_t, void*, const void*, int) asm("__atomic_store");
void WeirAtomicExchange(size_t, void*, const void*, void*, int) asm("__atomic_exchange");
bool WeirAtomicCompare(size_t, void*, void*, const void*, int,
                       int) asm("__atomic_compare_exchange");
namespace weir::sim {
namespace {

bool Acquires(int order) { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
bool Releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

struct AtomicObject {
  const volatile void* object;
  uint32_t bytes;
  RaceSites sites;
};

void Loads(RaceThread self, const AtomicObject& at, int order) {
  const uint64_t place = RacePlaceOf(at.object);
  if (Acquires(order)) {
    g_races->Acquire(self, place, at.bytes);
  } else {
    g_races->AcquireLater(self, place, at.bytes);
  }
}

void Loaded(const AtomicObject& at, int order) {
  if (!CalledByTarget()) return;
  const RaceThread self = RaceSelf();
  Loads(self, at, order);
  RaceAccesses(self, at.object, at.bytes, false, true, at.sites);
}

void Stored(const AtomicObject& at, int order) {
  if (!CalledByTarget()) return;
  const RaceThread self = RaceSelf();
  RaceAccesses(self, at.object, at.bytes, true, true, at.sites);
  const uint64_t place = RacePlaceOf(at.object);
  if (Releases(order)) {
    g_races->ReleaseStore(self, place, at.bytes);
  } else {
    g_races->RelaxedStore(self, place, at.bytes);
  }
}

// A read-modify-write goes on with the release sequence that it reads from.
void Updated(const AtomicObject& at, int order) {
  if (!CalledByTarget()) return;
  const RaceThread self = RaceSelf();
  Loads(self, at, order);
  RaceAccesses(self, at.object, at.bytes, true, true, at.sites);
  const uint64_t place = RacePlaceOf(at.object);
  if (Releases(order)) {
    g_races->ReleaseMore(self, place);
  } else {
    g_races->RelaxedMore(self, place);
  }
}

void Compared(const AtomicObject& at, bool equal, int order, int failure_order) {
  if (equal) {
    Updated(at, order);
  } else {
    Loaded(at, failure_order);
  }
}

void Fence(int order) {
  __tsan_atomic_thread_fence(order);
  if (!CalledByTarget()) return;
  const RaceThread self = RaceSelf();
  if (Acquires(order)) g_races->FenceAcquire(self);
  if (Releases(order)) g_races->FenceRelease(self);
}

#define WEIR_AT(object) \
  AtomicObject { object, sizeof(*(object)), WEIR_RACE_SITES() }

#define WEIR_UPDATE(bits, T, name)                                       \
  T Atomic##name##bits(volatile T* object, T value, int order) {         \
    const T before = __tsan_atomic##bits##_##name(object, value, order); \
    Updated(WEIR_AT(object), order);                                     \
    return before;                                                       \
  }

#define WEIR_COMPARE(bits, T, name)                                                            \
  int Atomic##name##bits(volatile T* object, T* expected, T desired, int order, int failure) { \
    const int equal = __tsan_atomic##bits##_##name(object, expected, desired, order, failure); \
    Compared(WEIR_AT(object), equal != 0, order, failure);                                     \
    return equal;                                                                              \
  }

#define WEIR_ATOMIC(bits, T)                                                                      \
  T AtomicLoad##bits(const volatile T* object, int order) {                                       \
    const T value = __tsan_atomic##bits##_load(object, order);                                    \
    Loaded(WEIR_AT(object), order);                                                               \
    return value;                                                                                 \
  }                                                                                               \
  void AtomicStore##bits(volatile T* object, T value, int order) {                                \
    __tsan_atomic##bits##_store(object, value, order);                                            \
    Stored(WEIR_AT(object), order);                                                               \
  }                                                                                               \
  WEIR_UPDATE(bits, T, exchange)                                                                  \
  WEIR_UPDATE(bits, T, fetch_add)                                                                 \
  WEIR_UPDATE(bits, T, fetch_sub)                                                                 \
  WEIR_UPDATE(bits, T, fetch_and)                                                                 \
  WEIR_UPDATE(bits, T, fetch_or)                                                                  \
  WEIR_UPDATE(bits, T, fetch_xor)                                                                 \
  WEIR_UPDATE(bits, T, fetch_nand)                                                                \
  WEIR_COMPARE(bits, T, compare_exchange_strong)                                                  \
  WEIR_COMPARE(bits, T, compare_exchange_weak)                                                    \
  T AtomicCompareValue##bits(volatile T* object, T expected, T desired, int order, int failure) { \
    const T before =                                                                              \
        __tsan_atomic##bits##_compare_exchange_val(object, expected, desired, order, failure);    \
    Compared(WEIR_AT(object), before == expected, order, failure);                                \
    return before;                                                                                \
  }

WEIR_ATOMIC(8, uint8_t)
WEIR_ATOMIC(16, uint16_t)
WEIR_ATOMIC(32, uint32_t)
WEIR_ATOMIC(64, uint64_t)
WEIR_ATOMIC(128, WeirUint128)
#undef WEIR_ATOMIC
#undef WEIR_COMPARE
#undef WEIR_UPDATE
#undef WEIR_AT

#define WEIR_WIDE_AT(object, size) \
  AtomicObject { object, static_cast<uint32_t>(size), WEIR_RACE_SITES() }

void WideLoad(size_t size, const void* object, void* result, int order) {
  WeirAtomicLoad(size, object, result, order);
  Loaded(WEIR_WIDE_AT(object, size), order);
}

void WideStore(size_t size, void* object, const void* value, int order) {
  WeirAtomicStore(size, object, value, order);
  Stored(WEIR_WIDE_AT(object, size), order);
}

void WideExchange(size_t size, void* object, const void* value, void* result, int order) {
  WeirAtomicExchange(size, object, value, result, order);
  Updated(WEIR_WIDE_AT(object, size), order);
}

bool WideCompare(size_t size, void* object, void* expected, const void* desired, int order,
                 int failure) {
  const bool equal = WeirAtomicCompare(size, object, expected, desired, order, failure);
  Compared(WEIR_WIDE_AT(object, size), equal, order, failure);
  return equal;
}
#undef WEIR_WIDE_AT

#define WEIR_BIND_ATOMIC(bits)                                                                  \
  WEIR_BIND(__tsan_atomic##bits##_load, AtomicLoad##bits)                                       \
  WEIR_BIND(__tsan_atomic##bits##_store, AtomicStore##bits)                                     \
  WEIR_BIND(__tsan_atomic##bits##_exchange, Atomicexchange##bits)                               \
  WEIR_BIND(__tsan_atomic##bits##_fetch_add, Atomicfetch_add##bits)                             \
  WEIR_BIND(__tsan_atomic##bits##_fetch_sub, Atomicfetch_sub##bits)                             \
  WEIR_BIND(__tsan_atomic##bits##_fetch_and, Atomicfetch_and##bits)                             \
  WEIR_BIND(__tsan_atomic##bits##_fetch_or, Atomicfetch_or##bits)                               \
  WEIR_BIND(__tsan_atomic##bits##_fetch_xor, Atomicfetch_xor##bits)                             \
  WEIR_BIND(__tsan_atomic##bits##_fetch_nand, Atomicfetch_nand##bits)                           \
  WEIR_BIND(__tsan_atomic##bits##_compare_exchange_strong, Atomiccompare_exchange_strong##bits) \
  WEIR_BIND(__tsan_atomic##bits##_compare_exchange_weak, Atomiccompare_exchange_weak##bits)     \
  WEIR_BIND(__tsan_atomic##bits##_compare_exchange_val, AtomicCompareValue##bits)
const Binding kAtomics[] = {
    // clang-format off
    WEIR_BIND_ATOMIC(8) WEIR_BIND_ATOMIC(16) WEIR_BIND_ATOMIC(32) WEIR_BIND_ATOMIC(64)
    WEIR_BIND_ATOMIC(128)
    WEIR_BIND(__tsan_atomic_thread_fence, Fence)
    WEIR_BIND(__atomic_load, WideLoad)
    WEIR_BIND(__atomic_store, WideStore)
    WEIR_BIND(__atomic_exchange, WideExchange)
    WEIR_BIND(__atomic_compare_exchange, WideCompare)
    // clang-format on
};
#undef WEIR_BIND_ATOMIC

}  // namespace

std::span<const Binding> AtomicBindings() { return kAtomics; }

}  // namespace weir::sim
