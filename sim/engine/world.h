// The state of one execution, all of it, in one memory region at a fixed address.
//
// Internal to sim/engine and sim/posix. Whatever an execution changes lies in the World (or in the
// data of the target's own images, see pages.h) and is put back by copying when the next one
// begins: no constructor, destructor or allocation of ours runs per execution, and whatever a
// killed or deadlocked thread held is simply gone.
//
//   kWorldAddress + kStateOffset    struct World: threads, timers, processes, heap, then
//   sim/posix's state
//                 + kTlsOffset      dynamic TLS blocks of the borrowed threads
//                 + kSlotsOffset    the slots: guard page, stack, static TLS, thread descriptor,
//                 each
//                 + kHeapOffset     the target's heap
//                 + kSharedOffset   windows onto the shared memory objects
#ifndef WEIR_SIM_ENGINE_WORLD_H_
#define WEIR_SIM_ENGINE_WORLD_H_

#include <cstddef>
#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/engine/heap.h"
#include "sim/engine/limits.h"
#include "sim/engine/object.h"
#include "sim/engine/operation.h"
#include "sim/engine/race_info.h"
#include "sim/engine/thread_set.h"
#include "sim/engine/timers.h"
#include "sim/engine/verdict.h"

namespace weir::sim {

inline constexpr uintptr_t kStateOffset = 0;
inline constexpr uintptr_t kPageMapOffset = 0x80'0000;  // the heap's, 4 bytes a page
inline constexpr uintptr_t kTlsOffset = 0x1000'0000;
inline constexpr uintptr_t kSlotsOffset = 0x2000'0000;
inline constexpr uintptr_t kHeapOffset = 0x1'0000'0000;
inline constexpr uintptr_t kSharedOffset = 0x8'0000'0000;
inline constexpr size_t kStateBytes = 16 << 20;
inline constexpr size_t kTlsBytes = 64 << 20;
inline constexpr size_t kPathBytes = 64;
inline constexpr uint64_t kNever = ~uint64_t{0};

// Threads that wait for one thing, first come first. All zero is an empty queue, so that it may lie
// in statically initialised memory of the target; links are in Thread.
struct WaitQueue {
  uint16_t head = 0;   // slot + 1 of the first; 0 when empty
  uint16_t tail = 0;   // slot + 1 of the last
  uint16_t count = 0;  // how many

  bool empty() const { return head == 0; }
};

enum class ThreadState : uint8_t {
  kFree,      // the slot has no thread
  kRunnable,  // in World::runnable
  kBlocked,   // in a wait queue, or in the timers, or both
  kFinished,  // ended, not yet joined
};

// Who could end a wait for `object` (the owner of a mutex); kNoThread if nobody in particular.
using HolderOf = ThreadSlot (*)(const void* object);

// A virtual thread. The slot's stack and TLS are constant of the process: see fiber.h.
//
// Ordered by how often it is touched: a switch reads the first line of the thread it goes to, a
// wait also the second. With many threads the cache is what a switch costs.
struct alignas(64) Thread {  // NOLINT(clang-analyzer-optin.performance.Padding): lines by use
  void* context;             // where it stands while it does not run
  uintptr_t fs_base;         // its slot's, for the process's life
  ThreadState state;
  bool timed_out;  // its last wait was ended by its deadline
  bool detached;
  bool joined;   // somebody is waiting in join, or has been
  uint32_t uid;  // how-manieth thread of the execution
  Op op;         // what it is at
  bool late;     // a fault keeps it from running until its timer, though it need not wait
  uint16_t process;
  uint16_t next;  // in its wait queue: slot + 1 of the next and the previous; 0 at the ends
  uint16_t previous;
  WaitQueue* queue;    // where it waits; null if it only sleeps
  const void* object;  // what it is at, with `op`
  uint64_t version;    // World::progress at its own last operation that was not idle
  HolderOf holder;     // of what it waits for; stale when it does not wait

  // Spinning. A load that finds what the same thread found there before, without having changed
  // anything itself in between, is a repeat and counts as a yield.
  uint64_t idle_progress;  // World::progress when it was last idle
  uint64_t spin_began_ns;  // when the current row of clock reads began
  uint32_t repeat;         // length of the current row of repeats
  uint32_t clock_reads;    // since it last waited
  uint32_t halvings;       // of its slice, since it last waited
  uint64_t set_aside;      // World::progress when its last slice was over; 0: none has been
  uint64_t wait_key[2];    // sim/posix: what distinguishes waiters of one queue (futex key)
  uint32_t wait_mask;      // sim/posix: futex bits
  uint32_t wait_value;     // sim/posix: what its futex word had when the wait began
  TimerPlace timer;
  struct SeenLoad {
    const void* address;
    uint64_t value;
    uint64_t version;
  } seen[8];

  // Life.
  void* (*start)(void*);
  void* argument;
  void* result;
  WaitQueue joiners;
  void* tls_destructors;  // sim/posix: list of what __cxa_thread_atexit was given
  uint32_t children;      // created so far
  uint32_t allocations;   // heap blocks allocated so far
  uint64_t path_hash;
  char path[kPathBytes];
  char name[16];  // by pthread_setname_np; empty = none
  // Saved by a signal handler: where it crashed or hung, instead of `context`.
  bool has_registers;
  uint64_t registers[17];
};
static_assert(offsetof(Thread, idle_progress) == 64);

// A virtual process: one name, several lives.
struct Process {
  char name[32];
  uint64_t name_hash;
  uint32_t incarnation;
  uint32_t threads;  // alive
  bool alive;
  uint32_t flags;       // weir::SpawnFlags
  uint32_t pid;         // of this incarnation
  uint32_t named;       // threads created so far, for names
  uint64_t ops;         // scheduling points of this life, counted if crash_op is set
  uint64_t crash_op;    // when `ops` gets there it is killed; 0 = never
  bool restarts;        // drawn: the crash of this incarnation is followed by a restart
  uint64_t resumes_ns;  // until then none of its threads runs
  uint32_t clock;       // what its clocks show: ClockErrorOf()
  ThreadSlot main;
  void (*body)(void*);
  void* context;
  WaitQueue joiners;
};

// weir::kMayStall, for the hot path, which does not include sim/weir.h.
inline constexpr uint32_t kMayStallFlag = 4;

// Uids are unique while fewer threads than this were created; later ones share the last entry's
// name.
inline constexpr uint32_t kMaxUids = 8192;

struct World {
  // What every scheduling point touches.
  Thread* running;     // who runs
  ThreadSlot current;  // its slot; kNoThread in the host
  bool crash_drawn;    // some process has a crash_op
  uint64_t points;
  uint64_t fingerprint;
  uint64_t attention;   // the value of `points` at which SlowPoint() is next due
  uint64_t fast_until;  // points below this one only count: see QuietPoint() in point.h
  uint64_t
      fast_decision;  // what each of them adds to `decisions`: 1, or 0 if one thread alone can run
  uint64_t
      quiet_until;    // Strategy::stays_until(), as long as the set of runnable threads is the same
  uint64_t progress;  // grows with each operation that can end somebody's spinning
  uint64_t slice_began;     // `points` when `current` last changed or blocked
  uint64_t slice_points;    // how many it may have from there on without waiting: SliceOf()
  uint64_t slice_progress;  // `progress` when its slice began; kept once slices_differ
  bool slices_differ;       // some thread has, or has had, a shorter slice than the others
  uint64_t idle_stamp;      // `idle` counts threads whose idle_progress is this
  uint32_t idle;
  uint64_t now_ns;
  uint64_t decisions;
  uint64_t round;
  uint64_t idle_points;    // with everybody idle and no timer pending, while `progress`
  uint64_t idle_since;     //   had this value
  uint64_t idle_began_ns;  // when it got it, and everybody was idle
  ThreadSet runnable;
  Timers timers;
  uint64_t stopped_until_ns;       // the latest Process::resumes_ns
  uint32_t late;                   // threads that are
  uint64_t late_since_ns;          // when there was none before the first of them
  uint64_t fault_in[kFaultKinds];  // how often each could happen before the strategy is asked

  // Time that passes while threads work: PassBusyTime().
  uint64_t busy_since;      // `points` when time last came to a timer or passed by this rule
  uint64_t busy_timer;      // Timers::Entry::order of the earliest timer when it last passed so
  uint32_t busy_steps;      // how often in a row it has, without coming to that timer
  uint32_t busy_halvings;   // how often in a row it has come to a timer
  uint64_t busy_passed_ns;  // how much time has passed so

  // The rest.
  uint64_t faults_until_ns;  // when the last fault so far was over
  uint64_t
      bound_ns;  // an execution may last so long beyond that, or from bound_from_ns on; 0: any time
  uint64_t bound_from_ns;
  uint64_t sometimes_asked;  // bit i: the i-th weir::Sometimes of the target was asked, and held
  uint64_t sometimes_held;
  uint32_t pending_stores;  // sim/posix: that others do not see yet
  uint64_t step_cap;
  ThreadSet free_slots;
  uint32_t slots_used;  // every thread so far was in a slot below this
  uint32_t threads_created;
  uint32_t process_count;
  uint32_t live_processes;  // spawned by the scenario and not ended
  WaitQueue drained;        // who waits for live_processes to be zero
  Verdict verdict;
  RaceInfo race;  // of the verdict data_race
  HeapState heap;
  Process processes[kMaxProcesses];
  uint64_t uid_paths[kMaxUids];
  Thread threads[kMaxThreads];
  alignas(kPage) char posix_state[1 << 20];  // sim/posix/state.h
};
static_assert(sizeof(World) <= kPageMapOffset);
static_assert(kPageMapOffset + kHeapBytes / kPage * 4 <= kStateBytes);

inline World& world() { return *reinterpret_cast<World*>(kWorldAddress + kStateOffset); }
inline Thread& CurrentThread() { return *world().running; }
inline ThreadSlot SlotOf(const Thread& thread) {
  return static_cast<ThreadSlot>(&thread - world().threads);
}

// Who runs on this OS thread.
enum class Mode : uint8_t {
  kHost = 0,    // weir itself: intercepted calls go to libc
  kTarget = 1,  // a virtual thread
  kLoad = 2,    // the target's constructors: the World's heap and exit list, no scheduling
};
// Also what the kernel goes by (system_calls.h).
extern Mode g_mode;
inline bool InHost() { return g_mode == Mode::kHost; }

// Host mode for a scope: for calls out of a virtual thread into code that may allocate.
class HostScope {
 public:
  HostScope() : before_(g_mode) { g_mode = Mode::kHost; }
  ~HostScope() { g_mode = before_; }
  HostScope(const HostScope&) = delete;
  HostScope& operator=(const HostScope&) = delete;

 private:
  Mode before_;
};

// What an address means; kUnknown when it lies nowhere that is known.
ObjectKey KeyOf(const void* address);
// Names a loaded object's memory for KeyOf. `base` is its load address; the name has no folder.
void RegisterImage(const char* name, uintptr_t base, uintptr_t begin, uintptr_t end);
// Names an address in the windows of shared memory; set by sim/posix.
using SharedKeyOf = ObjectKey (*)(uintptr_t address);
void RegisterSharedMemory(SharedKeyOf key_of);
// Remembers the name behind a PathHash so that ObjectName can print it. Host memory, kept for ever.
void RememberName(uint64_t hash, const char* name);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_WORLD_H_
