// The same with a futex: FUTEX_WAIT may return 0 although nobody has changed the word.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <thread>

int main() {
  std::atomic<uint32_t> word{0};
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    word = 1;
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  });
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  assert(word == 1);
  other.join();
}
