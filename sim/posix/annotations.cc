// What code says to ThreadSanitizer: the public interface of compiler-rt
// (sanitizer/tsan_interface.h) and the dynamic annotations of old (tsan_interface_ann.cpp), which
// libraries call when they are compiled for it, as targets are.
//
// Where data races are looked for, they mean what they mean there:
//
// - what releases and acquires, and the locks, order at the address that is named. That stands
//   beside what atomic operations do there: a relaxed store to the lock's word takes nothing back
//   (RaceDetector::DeclareRelease);
// - accesses between the beginning and the end of what is ignored, and inside of a lock's
// functions,
//   neither race nor are remembered. What is synchronised in there counts all the same: rather no
//   race than a false one;
// - a benign race is none;
// - a fiber that goes on in another thread knows what it knew.
//
// Everything else has no effect, and so has all of it in targets whose races are not looked for.
#include <cstdlib>

#include "sim/engine/scheduler.h"
#include "sim/posix/race.h"

namespace weir::sim {
namespace {

// tsan_interface.h.
constexpr unsigned kReadLock = 1u << 3;
constexpr unsigned kTryLockFailed = 1u << 5;
constexpr unsigned kNoSync = 1u << 0;

bool Counts() { return g_mode == Mode::kTarget && g_races != nullptr; }

void Acquired(const volatile void* object) {
  if (Counts()) g_races->Acquire(RaceSelf(), RacePlaceOf(object));
}
void Released(const volatile void* object) {
  if (Counts()) g_races->DeclareRelease(RaceSelf(), RacePlaceOf(object));
}

// Readers of a lock do not order one another.
void Locked(const volatile void* lock, bool reads) {
  if (!Counts()) return;
  Acquired(lock);
  if (!reads) g_races->AcquireReaders(RaceSelf(), RacePlaceOf(lock));
}
void Unlocked(const volatile void* lock, bool reads) {
  if (!Counts()) return;
  if (reads) {
    g_races->ReleaseReader(RaceSelf(), RacePlaceOf(lock));
  } else {
    Released(lock);
  }
}

void IgnoreBegin() {
  if (Counts()) RaceIgnoreBegin();
}
void IgnoreEnd() {
  if (Counts()) RaceIgnoreEnd();
}

void Benign(const volatile void* object, size_t bytes) {
  if (g_mode != Mode::kHost && g_races != nullptr) RaceIsBenign(object, bytes);
}

// What the thread runs stands for the thread until it switches. Only where races are looked for is
// there anybody who needs to know of that.
void* RunningFiber() {
  void* const fiber = g_races == nullptr ? nullptr : RaceFiber();
  return fiber != nullptr ? fiber : &CurrentThread();
}

}  // namespace
}  // namespace weir::sim

namespace sim = weir::sim;

// The names and types are those of the interface.
extern "C" {

void __tsan_acquire(void* object) { sim::Acquired(object); }
void __tsan_release(void* object) { sim::Released(object); }

void __tsan_mutex_create(void*, unsigned) {}
void __tsan_mutex_destroy(void*, unsigned) {}
void __tsan_mutex_pre_lock(void*, unsigned) { sim::IgnoreBegin(); }
void __tsan_mutex_post_lock(void* lock, unsigned flags, int) {
  sim::IgnoreEnd();
  if ((flags & sim::kTryLockFailed) == 0) sim::Locked(lock, (flags & sim::kReadLock) != 0);
}
int __tsan_mutex_pre_unlock(void* lock, unsigned flags) {
  sim::Unlocked(lock, (flags & sim::kReadLock) != 0);
  sim::IgnoreBegin();
  return 0;
}
void __tsan_mutex_post_unlock(void*, unsigned) { sim::IgnoreEnd(); }
void __tsan_mutex_pre_signal(void*, unsigned) { sim::IgnoreBegin(); }
void __tsan_mutex_post_signal(void*, unsigned) { sim::IgnoreEnd(); }
void __tsan_mutex_pre_divert(void*, unsigned) { sim::IgnoreEnd(); }
void __tsan_mutex_post_divert(void*, unsigned) { sim::IgnoreBegin(); }

void* __tsan_get_current_fiber() {
  return sim::g_mode == sim::Mode::kTarget ? sim::RunningFiber() : nullptr;
}
void* __tsan_create_fiber(unsigned) { return calloc(1, sizeof(void*)); }
void __tsan_destroy_fiber(void* fiber) { free(fiber); }
void __tsan_switch_to_fiber(void* fiber, unsigned flags) {
  if (!sim::Counts()) return;
  // It may go on in another thread, and knows then what it knows now.
  sim::Released(sim::RunningFiber());
  if ((flags & sim::kNoSync) == 0) sim::Released(fiber);
  sim::SetRaceFiber(fiber);
  sim::Acquired(fiber);
}
void __tsan_set_fiber_name(void*, const char*) {}

void* __tsan_external_register_tag(const char* type) { return const_cast<char*>(type); }
void __tsan_external_register_header(void*, const char*) {}
void __tsan_external_assign_tag(void*, void*) {}
void __tsan_flush_memory() {}

void AnnotateHappensBefore(const char*, int, const volatile void* object) { sim::Released(object); }
void AnnotateHappensAfter(const char*, int, const volatile void* object) { sim::Acquired(object); }
void WTFAnnotateHappensBefore(const char*, int, const volatile void* object) {
  sim::Released(object);
}
void WTFAnnotateHappensAfter(const char*, int, const volatile void* object) {
  sim::Acquired(object);
}

void AnnotateRWLockCreate(const char*, int, const volatile void*) {}
void AnnotateRWLockCreateStatic(const char*, int, const volatile void*) {}
void AnnotateRWLockDestroy(const char*, int, const volatile void*) {}
void AnnotateRWLockAcquired(const char*, int, const volatile void* lock, long writes) {
  sim::Locked(lock, writes == 0);
}
void AnnotateRWLockReleased(const char*, int, const volatile void* lock, long writes) {
  sim::Unlocked(lock, writes == 0);
}

void AnnotateIgnoreReadsBegin(const char*, int) { sim::IgnoreBegin(); }
void AnnotateIgnoreReadsEnd(const char*, int) { sim::IgnoreEnd(); }
void AnnotateIgnoreWritesBegin(const char*, int) { sim::IgnoreBegin(); }
void AnnotateIgnoreWritesEnd(const char*, int) { sim::IgnoreEnd(); }
void AnnotateIgnoreSyncBegin(const char*, int) {}
void AnnotateIgnoreSyncEnd(const char*, int) {}

void AnnotateBenignRace(const char*, int, const volatile void* object, const char*) {
  sim::Benign(object, 1);
}
void AnnotateBenignRaceSized(const char*, int, const volatile void* object, size_t bytes,
                             const char*) {
  sim::Benign(object, bytes);
}
void WTFAnnotateBenignRaceSized(const char*, int, const volatile void* object, size_t bytes,
                                const char*) {
  sim::Benign(object, bytes);
}

void AnnotateCondVarSignal(const char*, int, const volatile void*) {}
void AnnotateCondVarSignalAll(const char*, int, const volatile void*) {}
void AnnotateCondVarWait(const char*, int, const volatile void*, const volatile void*) {}
void AnnotateEnableRaceDetection(const char*, int, int) {}
void AnnotateExpectRace(const char*, int, const volatile void*, const char*) {}
void AnnotateFlushExpectedRaces(const char*, int) {}
void AnnotateFlushState(const char*, int) {}
void AnnotateMemoryIsInitialized(const char*, int, const volatile void*, size_t) {}
void AnnotateMemoryIsUninitialized(const char*, int, const volatile void*, size_t) {}
void AnnotateMutexIsNotPHB(const char*, int, const volatile void*) {}
void AnnotateMutexIsUsedAsCondVar(const char*, int, const volatile void*) {}
void AnnotateNewMemory(const char*, int, const volatile void*, size_t) {}
void AnnotateNoOp(const char*, int, const volatile void*) {}
void AnnotatePCQCreate(const char*, int, const volatile void*) {}
void AnnotatePCQDestroy(const char*, int, const volatile void*) {}
void AnnotatePCQGet(const char*, int, const volatile void*) {}
void AnnotatePCQPut(const char*, int, const volatile void*) {}
void AnnotatePublishMemoryRange(const char*, int, const volatile void*, size_t) {}
void AnnotateThreadName(const char*, int, const char*) {}
void AnnotateTraceMemory(const char*, int, const volatile void*) {}
void AnnotateUnpublishMemoryRange(const char*, int, const volatile void*, size_t) {}

int RunningOnValgrind() { return 0; }
double ValgrindSlowdown() { return 1.0; }

}  // extern "C"
