// Takes EINTR for a failure of the call.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <climits>
#include <thread>

int main() {
  std::atomic<int> ready{0};
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ready = 1;
    syscall(SYS_futex, &ready, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  });
  while (ready.load() == 0) {
    const long rc = syscall(SYS_futex, &ready, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
    assert(rc == 0 || errno == EAGAIN);
  }
  other.join();
}
