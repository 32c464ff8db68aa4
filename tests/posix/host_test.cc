// Outside of an execution, intercepted calls are libc's: weir itself lives on them.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "gtest/gtest.h"

namespace {

TEST(Host, SystemCallsByNumberReachTheKernel) {
  EXPECT_EQ(syscall(SYS_getpid), getpid());
  EXPECT_EQ(syscall(SYS_gettid), gettid());
  EXPECT_EQ(syscall(SYS_close, -1), -1);
  EXPECT_EQ(errno, EBADF);
  uint32_t word = 1;
  EXPECT_EQ(syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0), -1);
  EXPECT_EQ(errno, EAGAIN);
  // Six arguments.
  void* const at = reinterpret_cast<void*>(
      syscall(SYS_mmap, nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(at, MAP_FAILED);
  EXPECT_EQ(munmap(at, 4096), 0);
}

TEST(Host, ClocksAreReal) {
  timespec before, after;
  ASSERT_EQ(clock_gettime(CLOCK_REALTIME, &before), 0);
  EXPECT_NE(before.tv_sec / (24 * 3600), 18262);  // not the day on which virtual time begins
  const timespec duration = {.tv_sec = 0, .tv_nsec = 1'000'000};
  ASSERT_EQ(nanosleep(&duration, nullptr), 0);
  ASSERT_EQ(clock_gettime(CLOCK_REALTIME, &after), 0);
  EXPECT_TRUE(after.tv_sec > before.tv_sec || after.tv_nsec > before.tv_nsec);
  EXPECT_LE(time(nullptr) - after.tv_sec, 2);
}

TEST(Host, ThreadsWaitForEachOther) {
  std::mutex mutex;
  std::condition_variable changed;
  int turn = 0;
  std::thread other([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return turn == 1; });
    turn = 2;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  turn = 1;
  changed.notify_one();
  changed.wait(lock, [&] { return turn == 2; });
  lock.unlock();
  other.join();
  lock.lock();
  EXPECT_EQ(changed.wait_for(lock, std::chrono::milliseconds(1)), std::cv_status::timeout);
}

TEST(Host, SemaphoresKeysAndOnceAreReal) {
  sem_t semaphore;
  ASSERT_EQ(sem_init(&semaphore, 0, 0), 0);
  std::thread poster([&] { sem_post(&semaphore); });
  EXPECT_EQ(sem_wait(&semaphore), 0);
  poster.join();
  pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key, nullptr), 0);
  EXPECT_EQ(pthread_setspecific(key, &key), 0);
  EXPECT_EQ(pthread_getspecific(key), &key);
  EXPECT_EQ(pthread_key_delete(key), 0);
  static int runs = 0;
  pthread_once_t once = PTHREAD_ONCE_INIT;
  for (int i = 0; i < 2; ++i) pthread_once(&once, [] { ++runs; });
  EXPECT_EQ(runs, 1);
}

TEST(Host, FilesAndSharedMemoryAreReal) {
  const int fd = memfd_create("host", 0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(ftruncate(fd, 5000), 0);
  struct stat status;
  EXPECT_EQ(fstat(fd, &status), 0);
  EXPECT_EQ(status.st_size, 5000);
  EXPECT_NE(status.st_ino, 0u);
  EXPECT_EQ(close(fd), 0);
}

TEST(Host, TheEnvironmentAndRandomnessAreReal) {
  ASSERT_EQ(setenv("WEIR_HOST_TEST", "there", 1), 0);
  EXPECT_STREQ(std::getenv("WEIR_HOST_TEST"), "there");
  EXPECT_GE(sysconf(_SC_LEVEL1_ICACHE_SIZE), 0);
  std::random_device device;
  std::set<unsigned> numbers;
  for (int i = 0; i < 8; ++i) numbers.insert(device());
  EXPECT_GE(numbers.size(), 6u);
}

}  // namespace
