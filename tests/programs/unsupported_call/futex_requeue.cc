// Of the futex operations, requeueing is not simulated.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

int main() {
  uint32_t words[2] = {0, 0};
  return static_cast<int>(syscall(SYS_futex, &words[0], FUTEX_REQUEUE, 1, 1, &words[1], 0));
}
