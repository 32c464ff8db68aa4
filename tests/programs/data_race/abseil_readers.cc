// Readers of an absl::Mutex do not order one another, also when one has unlocked before the other
// locks.
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <thread>

#include "sim/abseil_orders.h"

namespace {

absl::Mutex mutex;
std::atomic<bool> has_read{false};
int written = 0;

void Read() {
  const absl::ReaderMutexLock lock(&mutex);
  ++written;
}

}  // namespace

int main() {
  std::thread other([] {
    Read();
    has_read.store(true, std::memory_order_relaxed);
  });
  while (!has_read.load(std::memory_order_relaxed)) std::this_thread::yield();
  Read();
  other.join();
}
