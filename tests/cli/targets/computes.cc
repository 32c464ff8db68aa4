// A thread that computes for many seconds without a scheduling point, as one that fills a large
// table does.
#include <cstdint>
#include <thread>

namespace {
volatile uint64_t sink;
}  // namespace

int main() {
  std::thread thread([] {
    for (uint64_t i = 0; i < 100'000'000'000; ++i) sink = i;
  });
  thread.join();
}
