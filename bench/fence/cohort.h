// Processes that are measured together: forked, started at one moment, and waited for.
#ifndef FENCE_BENCH_COHORT_H_
#define FENCE_BENCH_COHORT_H_

#include <pthread.h>
#include <semaphore.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

inline int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

// What one run of a case gives: how long it took, and how long each of its operations took.
struct Sample {
  double seconds = 0;
  std::vector<uint32_t> latencies_ns;
};

// One process of a cohort, in that process.
class Member {
 public:
  uint32_t rank() const { return rank_; }
  uint32_t size() const { return size_; }
  // A name for shared memory that no other run has.
  const std::string& name() const { return name_; }

  // Waits until all members are here. Not part of what is measured.
  void Gate();

  // By the member that has the figures. Seconds between the two; latencies in order, as many as
  // the run has operations.
  void Begin();
  void Latency(int64_t nanoseconds);
  void End();

  // Of the whole cohort.
  pthread_barrier_t& reference_barrier();
  sem_t& semaphore();

 private:
  friend Sample RunCohort(uint32_t, uint64_t, const std::function<void(Member&)>&);
  struct Board;
  Member(Board* board, uint32_t rank, uint32_t size, std::string name);

  Board* const board_;
  const uint32_t rank_;
  const uint32_t size_;
  const std::string name_;
  int64_t begun_ = 0;
};

// Runs `body` in `size` processes with ranks from 0; `operations` is room for so many latencies.
// Ends this program if one of them fails: what is measured must work.
Sample RunCohort(uint32_t size, uint64_t operations, const std::function<void(Member&)>& body);

}  // namespace bench

#endif  // FENCE_BENCH_COHORT_H_
