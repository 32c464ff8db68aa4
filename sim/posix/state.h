// What the intercepted calls keep in the World, a struct for each primitive that keeps something outside of
// the target's own objects.
//
// All zero is the state before the target's constructors run. Nothing here may point outside of the World
// and of what lives as long as the process. No constructors, no destructors.
#ifndef WEIR_SIM_POSIX_STATE_H_
#define WEIR_SIM_POSIX_STATE_H_

#include <cstddef>
#include <cstdint>

#include "sim/engine/limits.h"
#include "sim/engine/world.h"

namespace weir::sim {

// exit.cc: what atexit and __cxa_atexit were given, last first.
struct ExitEntry {
  ExitEntry* next;
  void (*function)(void*);
  void* argument;
};
struct ExitState {
  ExitEntry* last;
};

// key.cc: as many keys as POSIX asks for (_POSIX_THREAD_KEYS_MAX); glibc has 1024.
inline constexpr uint32_t kMaxKeys = 128;
struct KeyState {
  struct Key {
    bool used;
    uint32_t generation;  // of this key: values of an older one count as null
    void (*destructor)(void*);
  } keys[kMaxKeys];
  struct Value {
    void* value;
    uint32_t generation;
    uint32_t uid;  // the thread whose value this is, + 1: slots are reused
  } values[kMaxThreads][kMaxKeys];
};

// futex.cc: waiters by hashed key, as in the kernel.
inline constexpr uint32_t kFutexBuckets = 256;
struct FutexState {
  WaitQueue buckets[kFutexBuckets];
};

// shared_memory.cc
inline constexpr int kMaxSharedObjects = 256;
inline constexpr int kMaxDescriptors = 256;  // of one process
struct SharedState {
  struct Object {
    char name[64];       // of shm_open; for a memfd "<creator's path>:<n>"
    uint64_t name_hash;  // PathHash(name)
    bool linked;         // shm_open still finds it
    uint32_t references;
    uint64_t size;
    uint64_t capacity;       // bytes of the pool that it owns
    uint64_t pool_offset;    // where
    uint64_t windows[2];     // bit i: window i has a mapping of it
  } objects[kMaxSharedObjects];
  uint32_t object_count;
  uint64_t pool_used;
  struct Descriptor {
    uint32_t object;  // index + 1; 0 = closed
    uint32_t incarnation;
  } descriptors[kMaxProcesses][kMaxDescriptors];
};

// environment.cc
struct EnvironmentState {
  uint64_t random;   // of rand() and friends
  bool seeded;
  uint64_t entropy;  // of getrandom() and std::random_device
};

// output.cc: the end of what was written to standard error; an uncaught exception tells itself there.
struct OutputState {
  uint32_t length;
  char tail[1000];
};

struct PosixState {
  OutputState output;
  ExitState exit;
  KeyState key;
  FutexState futex;
  SharedState shared;
  EnvironmentState environment;
};
static_assert(sizeof(PosixState) <= sizeof(World::posix_state));

inline PosixState& posix_state() { return *reinterpret_cast<PosixState*>(world().posix_state); }

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_STATE_H_
