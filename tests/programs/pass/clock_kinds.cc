// Every clock: resolution, progress, which can be slept on; sleeps that end at once; far deadlines.
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <thread>

namespace {

int64_t Read(clockid_t clock) {
  timespec time;
  assert(clock_gettime(clock, &time) == 0);
  assert(time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void Resolution() {
  for (const clockid_t clock :
       {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME}) {
    timespec resolution = {.tv_sec = -1, .tv_nsec = -1};
    assert(clock_getres(clock, &resolution) == 0 && clock_getres(clock, nullptr) == 0);
    assert(resolution.tv_sec == 0 && resolution.tv_nsec > 0);
    const int64_t before = Read(clock);
    assert(before > 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID);
    assert(Read(clock) >= before);
  }
  assert(clock_getres(1234, nullptr) == -1 && errno == EINVAL);
}

void SleepsOn() {
  const timespec zero = {.tv_sec = 0, .tv_nsec = 0};
  const timespec negative = {.tv_sec = -1, .tv_nsec = 0};
  for (const clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME}) {
    assert(clock_nanosleep(clock, 0, &zero, nullptr) == 0);
    assert(clock_nanosleep(clock, TIMER_ABSTIME, &zero, nullptr) == 0);  // long past
    assert(clock_nanosleep(clock, 0, &negative, nullptr) == EINVAL);
    assert(clock_nanosleep(clock, TIMER_ABSTIME, &negative, nullptr) == EINVAL);
    const int64_t before = Read(clock);
    const timespec brief = {.tv_sec = 0, .tv_nsec = 2'000'000};
    assert(clock_nanosleep(clock, 0, &brief, nullptr) == 0);
    assert(Read(clock) >= before + 2'000'000);
  }
  assert(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &zero, nullptr) == EINVAL);
  assert(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &zero, nullptr) == ENOTSUP);
  assert(clock_nanosleep(1234, 0, &zero, nullptr) == EINVAL);
  assert(nanosleep(&zero, nullptr) == 0 && nanosleep(&negative, nullptr) == -1 && errno == EINVAL);
  assert(usleep(0) == 0 && sleep(0) == 0);
}

// The names of the calendar's time agree.
void Calendar() {
  timespec time_utc;
  assert(timespec_get(&time_utc, TIME_UTC) == TIME_UTC && timespec_get(&time_utc, 77) == 0);
  timeval of_day;
  assert(gettimeofday(&of_day, nullptr) == 0);
  time_t stored = 0;
  const time_t seconds = time(&stored);
  assert(stored == seconds);
  assert(seconds - time_utc.tv_sec <= 2 && seconds - of_day.tv_sec <= 2);
  assert(seconds > 1'500'000'000);  // after 2017
  tm parts;
  assert(gmtime_r(&seconds, &parts) == &parts && timegm(&parts) == seconds);
  assert(clock() >= 0);
}

// A wait until the end of time lasts until it is ended.
void FarDeadlines() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  assert(changed.wait_until(lock, std::chrono::steady_clock::time_point::max(),
                            [&] { return ready; }));
  ready = false;
  lock.unlock();
  std::jthread second([&] {
    const std::lock_guard again(mutex);
    ready = true;
    changed.notify_one();
  });
  lock.lock();
  assert(changed.wait_until(lock, std::chrono::system_clock::time_point::max(),
                            [&] { return ready; }));
}

}  // namespace

int main() {
  Resolution();
  SleepsOn();
  Calendar();
  FarDeadlines();
  return 0;
}
