// A data race beside calls of Abseil, which come before each thread's access: they cannot order it.
// memory points
#include <absl/synchronization/mutex.h>

#include <thread>

namespace {

absl::Mutex mutex;
int count = 0;

void Add() {
  { const absl::MutexLock lock(&mutex); }
  ++count;
}

}  // namespace

int main() {
  std::thread other(Add);
  Add();
  other.join();
}
