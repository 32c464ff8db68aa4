// simulation only
// What code says to ThreadSanitizer orders what it says that it orders; the rest does nothing. The
// atomics here are relaxed, so that they order nothing by themselves.
// memory points
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cassert>
#include <thread>

extern "C" {
void AnnotateHappensBefore(const char*, int, const volatile void*);
void AnnotateHappensAfter(const char*, int, const volatile void*);
void AnnotateRWLockCreate(const char*, int, const volatile void*);
void AnnotateRWLockDestroy(const char*, int, const volatile void*);
void AnnotateRWLockAcquired(const char*, int, const volatile void*, long);
void AnnotateRWLockReleased(const char*, int, const volatile void*, long);
void AnnotateIgnoreReadsBegin(const char*, int);
void AnnotateIgnoreReadsEnd(const char*, int);
void AnnotateIgnoreWritesBegin(const char*, int);
void AnnotateIgnoreWritesEnd(const char*, int);
void AnnotateBenignRaceSized(const char*, int, const volatile void*, size_t, const char*);
void AnnotateNewMemory(const char*, int, const volatile void*, size_t);
void AnnotateFlushState(const char*, int);
void AnnotateThreadName(const char*, int, const char*);
int RunningOnValgrind();
}

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Gives its word back by a relaxed store, which is to take back nothing of what is annotated.
class SpinLock {
 public:
  SpinLock() { __tsan_mutex_create(this, 0); }
  ~SpinLock() { __tsan_mutex_destroy(this, 0); }
  void Lock() {
    __tsan_mutex_pre_lock(this, 0);
    while (taken_.exchange(1, kRelaxed) != 0) std::this_thread::yield();
    ++waits_;  // of the lock's own, and none of the program's business
    __tsan_mutex_post_lock(this, 0, 0);
  }
  void Unlock() {
    __tsan_mutex_pre_unlock(this, 0);
    taken_.store(0, kRelaxed);
    ++waits_;
    __tsan_mutex_post_unlock(this, 0);
  }

 private:
  std::atomic<int> taken_{0};
  int waits_ = 0;
};

// The number of readers, or -1.
class RwLock {
 public:
  RwLock() { AnnotateRWLockCreate(__FILE__, __LINE__, this); }
  ~RwLock() { AnnotateRWLockDestroy(__FILE__, __LINE__, this); }
  void Lock(bool write) {
    for (int seen = 0; !holders_.compare_exchange_strong(seen, write ? -1 : seen + 1, kRelaxed);) {
      if (write || seen < 0) seen = 0;
      std::this_thread::yield();
    }
    AnnotateRWLockAcquired(__FILE__, __LINE__, this, write);
  }
  void Unlock(bool write) {
    AnnotateRWLockReleased(__FILE__, __LINE__, this, write);
    holders_.fetch_add(write ? 1 : -1, kRelaxed);
  }

 private:
  std::atomic<int> holders_{0};
};

SpinLock spin;
RwLock rw;
int under_spin = 0;
int under_rw = 0;
int handed = 0;
int statistics = 0;
int benign = 0;
int in_fiber = 0;
void* fiber = nullptr;
std::atomic<int> before{0}, after{0}, fiber_left{0};

void Locks(bool write) {
  spin.Lock();
  ++under_spin;
  spin.Unlock();
  rw.Lock(write);
  if (write) ++under_rw;
  assert(under_rw <= 1);
  rw.Unlock(write);
}

// Hands `handed` there and back.
void Ping() {
  handed = 1;
  AnnotateHappensBefore(__FILE__, __LINE__, &before);
  before.store(1, kRelaxed);
  while (after.load(kRelaxed) == 0) std::this_thread::yield();
  __tsan_acquire(&after);
  assert(handed == 2);
}
void Pong() {
  while (before.load(kRelaxed) == 0) std::this_thread::yield();
  AnnotateHappensAfter(__FILE__, __LINE__, &before);
  assert(handed == 1);
  handed = 2;
  __tsan_release(&after);
  after.store(1, kRelaxed);
}

void Unwatched() {
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  ++statistics;
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  ++benign;
}

// A fiber that begins on one thread and goes on in the other.
void BeginFiber() {
  void* const own = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber, 0);
  assert(__tsan_get_current_fiber() == fiber);
  ++in_fiber;
  __tsan_switch_to_fiber(own, 0);
  fiber_left.store(1, kRelaxed);
}
void ResumeFiber() {
  while (fiber_left.load(kRelaxed) == 0) std::this_thread::yield();
  void* const own = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber, 0);
  ++in_fiber;
  __tsan_switch_to_fiber(own, 0);
}

}  // namespace

int main() {
  AnnotateBenignRaceSized(__FILE__, __LINE__, &benign, sizeof benign, "a count");
  AnnotateNewMemory(__FILE__, __LINE__, &handed, sizeof handed);
  AnnotateFlushState(__FILE__, __LINE__);
  AnnotateThreadName(__FILE__, __LINE__, "first");
  assert(RunningOnValgrind() == 0);
  fiber = __tsan_create_fiber(0);
  __tsan_set_fiber_name(fiber, "wanderer");
  std::thread other([] {
    Locks(true);
    Ping();
    Unwatched();
    BeginFiber();
  });
  Locks(false);
  Pong();
  Unwatched();
  ResumeFiber();
  other.join();
  assert(under_spin == 2 && handed == 2 && in_fiber == 2);
  __tsan_destroy_fiber(fiber);
  return 0;
}
