// N − 1 threads set two values that belong together, each under a mutex of its own. The last thread
// reads both, and must not find the first one newer than the second.
//
// The program is known in the literature as twostage_N (Thomson, Donaldson, Betts: Concurrency
// Testing Using Controlled Schedulers, TOPC 2016).
#include <mutex>
#include <thread>
#include <vector>

#include "sim/weir.h"

WEIR_SCENARIO_THAT_FAILS(two_stage, "assertion", weir::Int("threads", 2, 100, 5)) {
  std::mutex first_mutex;
  std::mutex second_mutex;
  int first = 0;
  int second = 0;
  std::vector<std::jthread> threads;
  for (int64_t i = 1; i < parameters["threads"]; ++i) {
    threads.emplace_back([&] {
      {
        const std::lock_guard lock(first_mutex);
        first = 1;
      }
      const std::lock_guard lock(second_mutex);
      second = first + 1;
    });
  }
  threads.emplace_back([&] {
    int seen = 0;
    {
      const std::lock_guard lock(first_mutex);
      seen = first;
    }
    if (seen == 0) return;  // nobody has begun
    const std::lock_guard lock(second_mutex);
    weir::Expect(second == seen + 1, "half_set", [] { return "the first without the second"; });
  });
}
