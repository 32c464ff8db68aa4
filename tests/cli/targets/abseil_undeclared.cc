// Abseil's mutex orders the two accesses, which weir cannot see.
// memory points
#include <absl/synchronization/mutex.h>

#include <thread>

namespace {

absl::Mutex mutex;
int count = 0;

void Add() {
  const absl::MutexLock lock(&mutex);
  ++count;
}

}  // namespace

int main() {
  std::thread other(Add);
  Add();
  other.join();
}
