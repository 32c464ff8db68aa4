// Programs so small that their schedules are counted by hand (tests/engine/bounded_test.cc).
#include <atomic>
#include <mutex>
#include <thread>

#include "sim/weir.h"

// Two threads write one object.
WEIR_SCENARIO(two_writers) {
  std::atomic<int> x{0};
  std::thread other([&] { x.store(1); });
  x.store(2);
  other.join();
}

// Two threads write an object each. Far apart: objects within 16 bytes count as one.
struct alignas(16) Far {
  std::atomic<int> value{0};
};
Far g_x;
Far g_y;

WEIR_SCENARIO(independent) {
  std::thread other([&] { g_x.value.store(1); });
  g_y.value.store(1);
  other.join();
}

// A critical section each.
WEIR_SCENARIO(one_lock) {
  std::mutex mutex;
  int value = 0;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    ++value;
  });
  {
    const std::lock_guard lock(mutex);
    ++value;
  }
  other.join();
}

// Lost update: of the schedules some lose one.
WEIR_SCENARIO_THAT_FAILS(lost_update, "assertion") {
  std::atomic<int> x{0};
  std::thread other([&] { x.store(x.load() + 1); });
  x.store(x.load() + 1);
  other.join();
  weir::Expect(x.load() == 2, "lost", [] { return "an update is lost"; });
}
