// Atomic operations: what clang's ThreadSanitizer pass makes of them, and libatomic's generic
// calls.
//
// Sequentially consistent whatever order the source names, but for late stores in shared memory
// (store_buffer.h; docs/limitations.md). Each operation is one step after its scheduling point; an
// operation that leaves memory as it was counts as a look, so that spinning on it is seen. The
// names: compiler-rt's tsan_interface_atomic.h and GCC's libatomic ABI.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sim/engine/scheduler.h"
#include "sim/posix/store_buffer.h"

namespace weir::sim {
namespace {

// In a lambda's declarator.
#define WEIR_INLINED __attribute__((always_inline))

__extension__ using Uint128 = unsigned __int128;

template <typename T>
uint64_t Digest(T value) {
  if constexpr (sizeof(T) == 16) {
    return Fold(static_cast<uint64_t>(value) ^ 0x9E37u, static_cast<uint64_t>(value >> 64) | 1);
  } else {
    return static_cast<uint64_t>(value);
  }
}

const void* Plain(const volatile void* object) { return const_cast<const void*>(object); }

// Makes the point of an operation, then the operation: `operation(quiet)`. Out of line, so that the
// quiet case needs no stack frame.
template <typename Operation>
[[gnu::noinline]] auto Slow(Op op, const volatile void* object, Operation operation) {
  op == Op::kAtomicStore ? SchedulePoint(op, Plain(object)) : LookPoint(op, Plain(object));
  return operation(std::false_type());
}

template <typename Operation>
WEIR_HOT auto Atomic(Op op, const volatile void* object, Operation operation) {
  const bool quiet = op == Op::kAtomicStore ? QuietSchedulePoint(op, Plain(object))
                                            : QuietLookPoint(op, Plain(object));
  if (quiet) [[likely]]
    return operation(std::true_type());
  return Slow(op, object, operation);
}

// Whether a store is to be seen by others later, and is pending.
template <bool quiet, typename T>
WEIR_HOT bool IsDelayed(volatile T* object, T value, int order) {
  if (!quiet && g_mode != Mode::kTarget) return false;
  void* const at = const_cast<T*>(object);
  if constexpr (sizeof(T) <= sizeof(uint64_t)) return DelayStore(at, value, sizeof(T), order);
  ShowOwnStores();
  return false;
}

template <typename T>
WEIR_HOT T Load(const volatile T* object) {
  return Atomic(Op::kAtomicLoad, object, [object](auto quiet) WEIR_INLINED {
    T value = *object;
    if constexpr (!quiet && sizeof(T) <= sizeof(uint64_t))
      value = static_cast<T>(Seen(Plain(object), value, sizeof(T)));
    Looked<quiet>(Plain(object), Digest(value));
    return value;
  });
}

template <typename T>
WEIR_HOT void Store(volatile T* object, T value, int order) {
  Atomic(Op::kAtomicStore, object, [object, value, order](auto quiet) WEIR_INLINED {
    if (!IsDelayed<quiet>(object, value, order)) *object = value;
    Result<quiet>(Digest(value));
  });
}

// The end of a read-modify-write: a change is progress, else it was a look.
template <bool quiet, typename T>
WEIR_HOT void Finish(const volatile T* object, T before, bool changed) {
  if (changed) {
    Progressed();
    Result<quiet>(Digest(before));
  } else {
    Looked<quiet>(Plain(object), Digest(before));
  }
}

template <typename T, typename Update>
WEIR_HOT T Modify(Op op, volatile T* object, Update update) {
  return Atomic(op, object, [object, update](auto quiet) WEIR_INLINED {
    const T before = *object;
    const T after = update(before);
    *object = after;
    Finish<quiet>(object, before, before != after);
    return before;
  });
}

template <typename T>
WEIR_HOT bool Compare(volatile T* object, T* expected, T desired) {
  return Atomic(Op::kAtomicCompare, object, [object, expected, desired](auto quiet) WEIR_INLINED {
    const T before = *object;
    const bool equal = before == *expected;
    if (equal) {
      *object = desired;
    } else {
      *expected = before;
    }
    Finish<quiet>(object, before, equal && desired != before);
    return equal;
  });
}

uint64_t DigestBytes(const void* bytes, size_t size) {
  uint64_t digest = size;
  const auto* const at = static_cast<const unsigned char*>(bytes);
  for (size_t i = 0; i < size; ++i) digest = (digest ^ at[i]) * 0x100000001B3u;
  return digest;
}

}  // namespace
}  // namespace weir::sim

namespace sim = weir::sim;

extern "C" {

void __tsan_init() {}
// All that is not ordered already is what was stored and is not seen yet.
void __tsan_atomic_thread_fence(int order) {
  if (order == __ATOMIC_SEQ_CST) sim::ShowOwnStores();
}
void __tsan_atomic_signal_fence(int) {}

#define WEIR_ATOMIC(bits, T)                                                                       \
  T __tsan_atomic##bits##_load(const volatile T* object, int) { return sim::Load(object); }        \
  void __tsan_atomic##bits##_store(volatile T* object, T value, int order) {                       \
    sim::Store(object, value, order);                                                              \
  }                                                                                                \
  T __tsan_atomic##bits##_exchange(volatile T* object, T value, int) {                             \
    return sim::Modify(sim::Op::kAtomicExchange, object, [value](T) { return value; });            \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_add(volatile T* object, T value, int) {                            \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(before + value); });              \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_sub(volatile T* object, T value, int) {                            \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(before - value); });              \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_and(volatile T* object, T value, int) {                            \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(before & value); });              \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_or(volatile T* object, T value, int) {                             \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(before | value); });              \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_xor(volatile T* object, T value, int) {                            \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(before ^ value); });              \
  }                                                                                                \
  T __tsan_atomic##bits##_fetch_nand(volatile T* object, T value, int) {                           \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                                             \
                       [value](T before) { return static_cast<T>(~(before & value)); });           \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T* object, T* expected, T desired,    \
                                                    int, int) {                                    \
    return sim::Compare(object, expected, desired);                                                \
  }                                                                                                \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile T* object, T* expected, T desired, int, \
                                                  int) {                                           \
    return sim::Compare(object, expected, desired);                                                \
  }                                                                                                \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* object, T expected, T desired, int,     \
                                               int) {                                              \
    sim::Compare(object, &expected, desired);                                                      \
    return expected;                                                                               \
  }

WEIR_ATOMIC(8, uint8_t)
WEIR_ATOMIC(16, uint16_t)
WEIR_ATOMIC(32, uint32_t)
WEIR_ATOMIC(64, uint64_t)
WEIR_ATOMIC(128, sim::Uint128)
#undef WEIR_ATOMIC

// libatomic's calls, for sizes that the compiler does not inline. Defined under their own names by
// label, since the compiler takes the names themselves for builtins.
void WeirAtomicLoad(size_t size, const void* object, void* result, int) asm("__atomic_load");
void WeirAtomicStore(size_t size, void* object, const void* value, int) asm("__atomic_store");
void WeirAtomicExchange(size_t size, void* object, const void* value, void* result,
                        int) asm("__atomic_exchange");
bool WeirAtomicCompare(size_t size, void* object, void* expected, const void* desired, int,
                       int) asm("__atomic_compare_exchange");

void WeirAtomicLoad(size_t size, const void* object, void* result, int) {
  sim::LookPoint(sim::Op::kAtomicLoad, object);
  sim::ShowOwnStores();
  std::memcpy(result, object, size);
  sim::Looked(object, sim::DigestBytes(result, size));
}

void WeirAtomicStore(size_t size, void* object, const void* value, int) {
  sim::SchedulePoint(sim::Op::kAtomicStore, object);
  sim::ShowOwnStores();
  std::memmove(object, value, size);
  sim::Result(sim::DigestBytes(object, size));
}

void WeirAtomicExchange(size_t size, void* object, const void* value, void* result, int) {
  sim::LookPoint(sim::Op::kAtomicExchange, object);
  const uint64_t before = sim::DigestBytes(object, size);
  const bool changes = std::memcmp(object, value, size) != 0;
  // `value` and `result` may be one place: swap byte by byte.
  auto* const at = static_cast<unsigned char*>(object);
  for (size_t i = 0; i < size; ++i) {
    const unsigned char incoming = static_cast<const unsigned char*>(value)[i];
    static_cast<unsigned char*>(result)[i] = at[i];
    at[i] = incoming;
  }
  if (changes) sim::Progressed();
  changes ? sim::Result(before) : sim::Looked(object, before);
}

bool WeirAtomicCompare(size_t size, void* object, void* expected, const void* desired, int, int) {
  sim::LookPoint(sim::Op::kAtomicCompare, object);
  const uint64_t before = sim::DigestBytes(object, size);
  const bool equal = std::memcmp(object, expected, size) == 0;
  const bool changes = equal && std::memcmp(object, desired, size) != 0;
  if (equal) {
    std::memcpy(object, desired, size);
  } else {
    std::memcpy(expected, object, size);
  }
  if (changes) sim::Progressed();
  changes ? sim::Result(before) : sim::Looked(object, before);
  return equal;
}

#define WEIR_SIZED(bytes, T)                                                                      \
  T WeirAtomicLoad##bytes(const volatile T* object, int) asm("__atomic_load_" #bytes);            \
  T WeirAtomicLoad##bytes(const volatile T* object, int) { return sim::Load(object); }            \
  void WeirAtomicStore##bytes(volatile T* object, T value, int) asm("__atomic_store_" #bytes);    \
  void WeirAtomicStore##bytes(volatile T* object, T value, int order) {                           \
    sim::Store(object, value, order);                                                             \
  }                                                                                               \
  T WeirAtomicExchange##bytes(volatile T* object, T value, int) asm("__atomic_exchange_" #bytes); \
  T WeirAtomicExchange##bytes(volatile T* object, T value, int) {                                 \
    return sim::Modify(sim::Op::kAtomicExchange, object, [value](T) { return value; });           \
  }                                                                                               \
  bool WeirAtomicCompare##bytes(volatile T* object, T* expected, T desired, int,                  \
                                int) asm("__atomic_compare_exchange_" #bytes);                    \
  bool WeirAtomicCompare##bytes(volatile T* object, T* expected, T desired, int, int) {           \
    return sim::Compare(object, expected, desired);                                               \
  }

#define WEIR_FETCH(bytes, T, name, expression)                                    \
  T WeirAtomicFetch_##name##bytes(volatile T* object, T value,                    \
                                  int) asm("__atomic_fetch_" #name "_" #bytes);   \
  T WeirAtomicFetch_##name##bytes(volatile T* object, T value, int) {             \
    return sim::Modify(sim::Op::kAtomicUpdate, object,                            \
                       [value](T before) { return static_cast<T>(expression); }); \
  }

#define WEIR_SIZED_ALL(bytes, T)            \
  WEIR_SIZED(bytes, T)                      \
  WEIR_FETCH(bytes, T, add, before + value) \
  WEIR_FETCH(bytes, T, sub, before - value) \
  WEIR_FETCH(bytes, T, and, before& value)  \
  WEIR_FETCH(bytes, T, or, before | value)  \
  WEIR_FETCH(bytes, T, xor, before ^ value) \
  WEIR_FETCH(bytes, T, nand, ~(before & value))

WEIR_SIZED_ALL(1, uint8_t)
WEIR_SIZED_ALL(2, uint16_t)
WEIR_SIZED_ALL(4, uint32_t)
WEIR_SIZED_ALL(8, uint64_t)
WEIR_SIZED_ALL(16, sim::Uint128)
#undef WEIR_SIZED_ALL
#undef WEIR_FETCH
#undef WEIR_SIZED

bool WeirAtomicIsLockFree(size_t size, const volatile void*) asm("__atomic_is_lock_free");
bool WeirAtomicIsLockFree(size_t size, const volatile void*) {
  return size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
}

}  // extern "C"
