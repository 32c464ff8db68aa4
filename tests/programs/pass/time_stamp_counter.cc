// simulation only: it sleeps an hour, and a tick is a nanosecond.
// Reads the processor's time stamp counter, as loggers and absl::Now() do: it is virtual, the same
// in every execution, and goes on.
#include <x86intrin.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <thread>

namespace {

// A constructor reads it, too.
const uint64_t g_start = __rdtsc();

uint64_t ByAssembly() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

}  // namespace

int main() {
  const uint64_t before = __rdtsc();
  assert(before >= g_start);
  assert(ByAssembly() > before);
  unsigned processor = 0;
  const uint64_t with_processor = __rdtscp(&processor);
  assert(with_processor > before);

  // As many branches and operations as it says: any other value is another execution.
  std::atomic<int> n{0};
  std::thread other([&n] {
    for (uint64_t i = ByAssembly() / 64 % 16; i > 0; --i) ++n;
  });
  other.join();

  constexpr std::chrono::nanoseconds kHour = std::chrono::hours(1);
  const uint64_t slept = __rdtsc();
  std::this_thread::sleep_for(kHour);
  const auto ticks = static_cast<int64_t>(__rdtsc() - slept);
  assert(ticks >= kHour.count() && ticks < kHour.count() + 1'000'000'000);
  // A wait by it ends, without any scheduling point.
  const uint64_t end = __rdtsc() + 10'000'000;
  while (__rdtsc() < end) _mm_pause();
}
