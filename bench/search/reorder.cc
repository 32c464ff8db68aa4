// N − 1 threads set two values one after the other, all to the same. The last thread looks at the
// second and then at the first: it must not find the second unset while the first is set. It fails
// when it looks after somebody has set the first and before anybody has set the second; so the more
// threads there are, the rarer it is.
//
// The program is known in the literature as reorder_N (Thomson, Donaldson, Betts: Concurrency
// Testing Using Controlled Schedulers, TOPC 2016).
#include <atomic>
#include <thread>
#include <vector>

#include "sim/weir.h"

WEIR_SCENARIO_THAT_FAILS(reorder, "assertion", weir::Int("threads", 2, 100, 5)) {
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  std::vector<std::jthread> threads;
  for (int64_t i = 1; i < parameters["threads"]; ++i) {
    threads.emplace_back([&] {
      first.store(1);
      second.store(-1);
    });
  }
  threads.emplace_back([&] {
    const int a = first.load();
    const int b = second.load();
    weir::Expect(a == 0 || b == -1, "half_set", [] { return "the first without the second"; });
  });
}
