// A lock-free list of free cells, for three threads that take one and put it back, twice each. Who
// takes the top cell first takes away its link, so that nobody else can take the same one; and he
// leaves the last cell alone. It looks safe against ABA, and is not: it takes five preemptions to
// have one cell taken by two threads.
//
// The algorithm is that of D. Vyukov's SafeStack (posted to the CHESS forum in 2010), a benchmark
// that few searches find.
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "sim/weir.h"

namespace {

constexpr int kThreads = 3;
constexpr int kNone = -1;

class FreeList {
 public:
  FreeList() {
    for (int i = 0; i < kThreads; ++i) cells_[i].link = i + 1 < kThreads ? i + 1 : kNone;
  }

  // A free cell, or kNone when there is but one.
  int Take() {
    while (free_.load() > 1) {
      int top = top_.load();
      const int below = cells_[top].link.exchange(kNone);
      if (below == kNone) continue;  // somebody else is about to take it
      int expected = top;
      if (top_.compare_exchange_strong(expected, below)) {
        free_.fetch_sub(1);
        return top;
      }
      cells_[top].link.exchange(below);
    }
    return kNone;
  }

  void PutBack(int cell) {
    int top = top_.load();
    do {
      cells_[cell].link.store(top);
    } while (!top_.compare_exchange_strong(top, cell));
    free_.fetch_add(1);
  }

  std::atomic<int>& owners(int cell) { return cells_[cell].owners; }

 private:
  struct Cell {
    std::atomic<int> link{kNone};
    std::atomic<int> owners{0};  // who has taken it and not put it back; no part of the algorithm
  };
  std::atomic<int> top_{0};
  std::atomic<int> free_{kThreads};
  Cell cells_[kThreads];
};

}  // namespace

WEIR_SCENARIO_THAT_FAILS(free_list, "assertion") {
  FreeList list;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&list] {
      for (int n = 0; n < 2; ++n) {
        int cell = kNone;
        while ((cell = list.Take()) == kNone) {
        }
        weir::Expect(list.owners(cell).fetch_add(1) == 0, "two_owners",
                     [] { return "a cell that is taken was taken again"; });
        list.owners(cell).fetch_sub(1);
        list.PutBack(cell);
      }
    });
  }
}
