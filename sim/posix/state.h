// What the intercepted calls keep in the World, a struct for each primitive that keeps something
// outside of the target's own objects.
//
// All zero is the state before the target's constructors run. Nothing here may point outside of the
// World and of what lives as long as the process. No constructors, no destructors.
#ifndef WEIR_SIM_POSIX_STATE_H_
#define WEIR_SIM_POSIX_STATE_H_

#include <locale.h>
#include <stdlib.h>

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

// mutex.cc
struct MutexState {
  bool robust;  // there is, or has been, a robust mutex: deaths matter
};

// key.cc: as many keys as POSIX asks for (_POSIX_THREAD_KEYS_MAX); glibc has 1024.
inline constexpr uint32_t kMaxKeys = 128;
struct KeyState {
  struct Key {
    bool used;
    uint32_t generation;  // of this key: values of an older one count as null
    void (*destructor)(void*);
  } keys[kMaxKeys];
  uint32_t limit;  // keys from here on were never used
  struct Value {
    void* value;
    uint32_t generation;
    uint32_t uid;  // the thread whose value this is, + 1: slots are reused
  } values[kMaxThreads][kMaxKeys];
};

// wait_table.cc: waiters by hashed key, as in the kernel.
inline constexpr uint32_t kWaitBuckets = 256;
struct WaitTable {
  WaitQueue buckets[kWaitBuckets];
};

// shared_pool.cc, shared_memory.cc, mmap.cc
inline constexpr uint32_t kMaxSharedObjects = 256;
inline constexpr int kMaxDescriptors = 256;  // of one process
inline constexpr uint32_t kMaxMappings = 1024;
struct SharedState {
  struct Object {
    char name[256];      // of shm_open, with one slash; of a memfd "<creator's path>:<n>"
    uint64_t name_hash;  // PathHash(name)
    bool linked;         // shm_open still finds it
    uint32_t creator;  // of a memfd: uid + 1 of the thread that made it, and its how-manieth it is
    uint32_t number;
    uint32_t next_window;  // where its next mapping goes
    uint64_t size;
    uint64_t pool_offset;  // its bytes of the pool, for itself alone: never given to another object
    uint64_t capacity;
  } objects[kMaxSharedObjects];
  struct Descriptor {
    uint16_t object;  // index + 1; 0 = closed
    bool readable;
    bool writable;
    uint32_t incarnation;  // of the process: a later one does not have it
  } descriptors[kMaxProcesses][kMaxDescriptors];
  struct Mapping {
    uint16_t object;  // index + 1; 0 = free
    uint16_t process;
    uint32_t incarnation;
    uint32_t window;
    uint64_t offset;  // in the object
    uint64_t length;  // whole pages
  } mappings[kMaxMappings];
  uint32_t object_count;
  uint32_t mapping_count;  // entries in use are below this
  uint64_t pool_used;
};

// environment.cc
struct EnvironmentState {
  random_data random;  // of rand() and random(): glibc's own algorithm, on this memory
  char random_words[128];
  drand48_data drand48;
  uint64_t entropy;  // numbers given out by getrandom() and std::random_device
};

// locale.cc
struct LocaleState {
  __locale_struct c;
  struct OfThread {
    uint32_t uid;  // the thread whose it is, + 1: slots are reused
    locale_t locale;
  } threads[kMaxThreads + 1];
  char domain[64];  // of textdomain(); empty until then
};

// output.cc: the end of what was written to standard error; an uncaught exception tells itself
// there.
struct OutputState {
  uint32_t length;
  char tail[1000];
};

// store_buffer.cc: what was stored and is not seen by all, oldest first; World::pending_stores of
// them.
inline constexpr uint32_t kMaxPendingStores = 64;
struct StoreState {
  struct Store {
    void* object;
    uint64_t value;
    uint64_t due;  // in World::points
    uint32_t size;
    ThreadSlot thread;
  } stores[kMaxPendingStores];
};

struct PosixState {
  OutputState output;
  ExitState exit;
  MutexState mutex;
  KeyState key;
  WaitTable waits;
  SharedState shared;
  EnvironmentState environment;
  LocaleState locale;
  StoreState stores;
};
static_assert(sizeof(PosixState) <= sizeof(World::posix_state));

inline PosixState& posix_state() { return *reinterpret_cast<PosixState*>(world().posix_state); }

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_STATE_H_
