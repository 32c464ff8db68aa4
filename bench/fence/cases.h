// What fence-bench measures. Each case runs `operations` of what it is named after, and its
// reference the same number of the same.
#ifndef FENCE_BENCH_CASES_H_
#define FENCE_BENCH_CASES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/fence/cohort.h"

namespace bench {

struct Case {
  std::string name;
  std::function<Sample(uint64_t operations)> run;
  std::function<Sample(uint64_t operations)> reference = nullptr;  // may be empty
  uint32_t bytes = 0;  // of a message, where operations are messages
};

// Rounds of barriers: rendezvous against pthread_barrier_t, delivery and processing with messages.
std::vector<Case> BarrierCases();

// Messages from one process to others, against queues of Boost.Interprocess, one for each reader:
// as many as can be sent, and one at a time.
std::vector<Case> MessageCases();

}  // namespace bench

#endif  // FENCE_BENCH_CASES_H_
