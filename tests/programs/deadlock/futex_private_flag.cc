// One side waits with the private flag and the other wakes without: they do not meet.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

int main() {
  uint32_t word = 0;
  std::jthread waiter(
      [&word] { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0); });
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  return 0;
}
