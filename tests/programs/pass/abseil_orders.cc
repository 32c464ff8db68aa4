// simulation only
// What Abseil's synchronisation orders, in a target that is linked with Abseil as it is: each of
// its means guards something of its own.
// memory points
#include "sim/abseil_orders.h"

#include <absl/synchronization/barrier.h>
#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <cassert>
#include <thread>

namespace {

absl::Mutex mutex;
absl::CondVar changed;
absl::Notification notification;
absl::BlockingCounter counter(1);
int locked = 0;
int shared = 0;
bool ready = false;
bool signalled = false;
int notified = 0;
int counted = 0;
int met = 0;

void First(absl::Barrier* barrier) {
  {
    const absl::MutexLock lock(&mutex);
    ++locked;
    ready = true;
  }
  {
    const absl::ReaderMutexLock lock(&mutex);
    assert(shared <= 1);
  }
  {
    const absl::MutexLock lock(&mutex);
    signalled = true;
    changed.Signal();
  }
  notified = 1;
  notification.Notify();
  counted = 1;
  counter.DecrementCount();
  met = 1;
  if (barrier->Block()) delete barrier;
}

void Second(absl::Barrier* barrier) {
  if (mutex.TryLock()) {
    ++locked;
    ++shared;
    mutex.Unlock();
  }
  {
    const absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&ready));
    ++locked;
    while (!signalled) changed.Wait(&mutex);
  }
  notification.WaitForNotification();
  assert(notified == 1);
  counter.Wait();
  assert(counted == 1);
  if (barrier->Block()) delete barrier;
  assert(met == 1);
}

}  // namespace

int main() {
  auto* const barrier = new absl::Barrier(2);
  std::thread first(First, barrier);
  Second(barrier);
  first.join();
  assert(locked >= 2);
  return 0;
}
