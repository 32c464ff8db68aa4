// simulation only: it has processes
// memory points
// What orders the accesses of processes to memory that they share: spawn and join, a release in the
// memory itself, and the end of one that was killed, whose accesses are over then.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "sim/weir.h"

namespace {

struct Page {
  std::atomic<int> ready;
  std::atomic<int> killed;
  int message;
  int of_the_killed;
  int of_its_thread;
  char left;
  char right;
};

Page* Map() {
  const int file = shm_open("/race_free_processes", O_CREAT | O_RDWR, 0600);
  (void)!ftruncate(file, sizeof(Page));
  return static_cast<Page*>(
      mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
}

}  // namespace

int main() {
  Page* const page = Map();
  page->message = 1;
  const weir::Process sender = weir::Spawn("sender", [] {
    Page* const mine = Map();
    mine->message = 2;
    mine->left = 'l';
    mine->ready.store(1, std::memory_order_release);
  });
  const weir::Process receiver = weir::Spawn("receiver", [] {
    Page* const mine = Map();
    mine->right = 'r';
    if (mine->ready.load(std::memory_order_acquire) == 1 && mine->message != 2) std::abort();
  });
  const weir::Process victim = weir::Spawn("victim", [] {
    Page* const mine = Map();
    std::thread([mine] { mine->of_its_thread = 1; }).join();
    for (;;) {
      ++mine->of_the_killed;
      std::atomic_thread_fence(std::memory_order_seq_cst);
      weir::Spend(std::chrono::microseconds(1));
    }
  });
  // It knows that the victim is no more, by a way that orders nothing.
  const weir::Process heir = weir::Spawn("heir", [] {
    Page* const mine = Map();
    if (mine->killed.load(std::memory_order_relaxed) == 1) mine->of_its_thread = 2;
  });
  weir::Spend(std::chrono::microseconds(3));
  weir::Kill(victim);
  page->of_the_killed = 0;
  weir::Restart(victim);
  weir::Kill(victim);
  page->of_the_killed = 0;
  page->killed.store(1, std::memory_order_relaxed);
  weir::Join(heir);
  weir::Join(sender);
  weir::Join(receiver);
  page->message = 3;
  page->left = page->right = 0;
  return 0;
}
