// pthread_key_create, delete, getspecific, setspecific.
//
// glibc keeps the values in the thread descriptor, which slots reuse; here they lie in the World,
// each marked with its thread and with the generation of its key. A new key is the lowest free one.
// Not scheduling points: values are visible to their own thread only. POSIX.1-2017,
// pthread_key_create(3p).
//
// All virtual processes share one table, as they share the globals in which the keys are kept. A
// key that a constructor of the target sets a value for has it in the first thread, which stands
// for the program's main one.
#include "sim/posix/key.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"

namespace weir::sim {
namespace {

// In load mode: slot and uid of the thread that will be the first.
ThreadSlot Self() { return g_mode == Mode::kTarget ? world().current : ThreadSlot{0}; }
uint32_t SelfMark() { return 1 + (g_mode == Mode::kTarget ? CurrentThread().uid : 0); }

bool IsUsed(pthread_key_t key) { return key < kMaxKeys && posix_state().key.keys[key].used; }

// The current thread's value; null if it has none under this generation of the key.
KeyState::Value* ValueOf(pthread_key_t key) {
  KeyState& state = posix_state().key;
  KeyState::Value& value = state.values[Self()][key];
  const bool own = value.uid == SelfMark() && value.generation == state.keys[key].generation;
  return own && value.value != nullptr ? &value : nullptr;
}

// One round. True if it called any.
bool RunRound() {
  const KeyState& state = posix_state().key;
  bool called = false;
  for (pthread_key_t key = 0; key < state.limit; ++key) {
    if (!state.keys[key].used || state.keys[key].destructor == nullptr) continue;
    KeyState::Value* const value = ValueOf(key);
    if (value == nullptr) continue;
    void* const old = value->value;
    value->value = nullptr;
    state.keys[key].destructor(old);
    called = true;
  }
  return called;
}

}  // namespace

void RunKeyDestructors() {
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS && RunRound(); ++round) {
  }
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
  if (InHost()) return WEIR_REAL(pthread_key_create)(key, destructor);
  KeyState& state = posix_state().key;
  pthread_key_t free = 0;
  while (free < kMaxKeys && state.keys[free].used) ++free;
  if (free == kMaxKeys) {
    FailAtLimit("keys",
                "more than %u keys; kMaxKeys in sim/posix/state.h says how many there may be",
                kMaxKeys);
  }
  KeyState::Key& fresh = state.keys[free];
  fresh = {true, fresh.generation + 1, destructor};
  if (free >= state.limit) state.limit = free + 1;
  *key = free;
  return 0;
}

int pthread_key_delete(pthread_key_t key) {
  if (InHost()) return WEIR_REAL(pthread_key_delete)(key);
  if (!IsUsed(key)) return EINVAL;
  posix_state().key.keys[key].used = false;
  return 0;
}

void* pthread_getspecific(pthread_key_t key) {
  if (InHost()) return WEIR_REAL(pthread_getspecific)(key);
  if (!IsUsed(key)) return nullptr;
  const KeyState::Value* const value = ValueOf(key);
  return value != nullptr ? value->value : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void* value) {
  if (InHost()) return WEIR_REAL(pthread_setspecific)(key, value);
  if (!IsUsed(key)) return EINVAL;
  KeyState& state = posix_state().key;
  state.values[Self()][key] = {const_cast<void*>(value), state.keys[key].generation, SelfMark()};
  return 0;
}

}  // extern "C"
