// Two threads that make progress of a kind, for ever: only the cap on steps ends it.
#include <atomic>
#include <cstdint>
#include <thread>

int main() {
  std::atomic<uint64_t> count{0};
  const auto climb = [&] {
    while (count.fetch_add(1) != uint64_t{1} << 63) {
    }
  };
  std::thread other(climb);
  climb();
  other.join();
  return 0;
}
