#include "bench/fence/cohort.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <utility>

namespace bench {

struct Member::Board {
  pthread_barrier_t gate;
  pthread_barrier_t reference;
  sem_t semaphore;
  std::atomic<int64_t> nanoseconds;
  std::atomic<uint64_t> recorded;
  uint64_t room;
  uint32_t latencies[];  // NOLINT(modernize-avoid-c-arrays): as many as there is room for
};

Member::Member(Board* board, uint32_t rank, uint32_t size, std::string name)
    : board_(board), rank_(rank), size_(size), name_(std::move(name)) {}

void Member::Gate() { pthread_barrier_wait(&board_->gate); }
void Member::Begin() { begun_ = Now(); }
void Member::End() { board_->nanoseconds = Now() - begun_; }
pthread_barrier_t& Member::reference_barrier() { return board_->reference; }
sem_t& Member::semaphore() { return board_->semaphore; }

void Member::Latency(int64_t nanoseconds) {
  const uint64_t at = board_->recorded++;
  if (at >= board_->room) return;
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  board_->latencies[at] = static_cast<uint32_t>(std::clamp<int64_t>(nanoseconds, 0, kMost));
}

namespace {

void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

pid_t Fork() {
  const pid_t pid = fork();
  if (pid < 0) Fail("fork");
  return pid;
}

}  // namespace

Sample RunCohort(uint32_t size, uint64_t operations, const std::function<void(Member&)>& body) {
  static int runs = 0;
  const std::string name = "bench." + std::to_string(getpid()) + "." + std::to_string(++runs);
  const size_t bytes = sizeof(Member::Board) + operations * sizeof(uint32_t);
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) Fail("mmap");
  auto* const board = static_cast<Member::Board*>(at);
  pthread_barrierattr_t shared;
  pthread_barrierattr_init(&shared);
  pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&board->gate, &shared, size);
  pthread_barrier_init(&board->reference, &shared, size);
  sem_init(&board->semaphore, 1, 0);
  board->room = operations;

  std::vector<pid_t> children;
  for (uint32_t rank = 0; rank < size; ++rank) {
    children.push_back(Fork());
    if (children.back() != 0) continue;
    Member member(board, rank, size, name);
    body(member);
    _exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
      std::fprintf(stderr, "a process of the benchmark ended with status %d\n", status);
      std::exit(1);
    }
  }
  Sample sample;
  sample.seconds = static_cast<double>(board->nanoseconds) / 1e9;
  const uint64_t recorded = std::min<uint64_t>(board->recorded, operations);
  sample.latencies_ns.assign(board->latencies, board->latencies + recorded);
  munmap(at, bytes);
  return sample;
}

}  // namespace bench
