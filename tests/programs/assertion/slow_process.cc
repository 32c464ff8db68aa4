// Counts on one of a process's threads being on time when the other one is late: not so when the
// whole process is stopped.
#include <atomic>
#include <chrono>
#include <thread>

#include "sim/weir.h"

using Clock = std::chrono::steady_clock;

namespace {

// Whether it was late in between.
bool Work() {
  bool late = false;
  for (int i = 0; i < 20; ++i) {
    const Clock::time_point began = Clock::now();
    weir::Round(static_cast<uint64_t>(i));
    late |= Clock::now() - began > std::chrono::milliseconds(1);
  }
  return late;
}

}  // namespace

WEIR_SCENARIO(slow_process) {
  const weir::Process worker = weir::Spawn("worker", [] {
    bool other_late = false;
    std::thread other([&] { other_late = Work(); });
    const bool late = Work();
    other.join();
    weir::Expect(!late || !other_late, "both_late", [] { return "both threads were late"; });
  });
  weir::Join(worker);
}
