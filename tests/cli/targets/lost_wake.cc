// A waiter on a futex is never woken, although the word has changed. Beside it another one waits
// for what does not happen, with or without a third.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

#include "sim/weir.h"

namespace {

uint32_t changed = 0;
uint32_t same = 0;

void Wait(uint32_t* word) { syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0); }

void WaitLost() { Wait(&changed); }

void WaitInVain() {
  Wait(&same);
  Wait(&same);
}

void WaitElsewhere() { Wait(&same); }

}  // namespace

// Time passes when all wait: the word changes behind the waiters' backs.
WEIR_SCENARIO(lost_wake) {
  std::thread lost(WaitLost);
  std::thread idle(weir::Choose(2) == 0 ? WaitInVain : WaitElsewhere);
  usleep(1000);
  __atomic_store_n(&changed, 1, __ATOMIC_SEQ_CST);
  lost.join();
  idle.join();
}
