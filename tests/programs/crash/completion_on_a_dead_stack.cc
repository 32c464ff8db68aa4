// A completion lies on the stack of a waiter that gave up.
// The waiter hands out a pointer into its frame and waits with a deadline. When that comes first,
// it returns, and who completes later locks, writes and signals where other frames are by then.
// What it finds there differs from run to run natively, and the error is the same in each of
// weir's.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace {

struct Completion {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

std::mutex g_mutex;
Completion* g_handed_out = nullptr;

[[gnu::noinline]] bool Wait(std::chrono::milliseconds most) {
  Completion completion;
  {
    const std::lock_guard lock(g_mutex);
    g_handed_out = &completion;
  }
  std::unique_lock lock(completion.mutex);
  return completion.changed.wait_for(lock, most, [&] { return completion.done; });
}

void Complete() {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  Completion* completion = nullptr;
  {
    const std::lock_guard lock(g_mutex);
    completion = g_handed_out;
  }
  if (completion == nullptr) return;
  const std::lock_guard lock(completion->mutex);
  completion->done = true;
  completion->changed.notify_one();
}

// Works on what lies where the completion was.
[[gnu::noinline]] int Sum() {
  volatile int numbers[64];
  for (volatile int& number : numbers) number = 5;
  int sum = 0;
  for (const volatile int& number : numbers) sum += number;
  return sum;
}

}  // namespace

int main() {
  std::thread completer(Complete);
  Wait(std::chrono::milliseconds(1));
  if (Sum() != 320) std::abort();
  completer.join();
  return 0;
}
