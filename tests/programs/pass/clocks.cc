// Clocks agree with each other and with sleeps, and never go back.
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

int64_t Read(clockid_t clock) {
  timespec time;
  assert(clock_gettime(clock, &time) == 0);
  assert(time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

template <typename Sleep>
void Lasts(milliseconds least, Sleep sleep) {
  const auto before = steady_clock::now();
  sleep();
  assert(steady_clock::now() - before >= least);
}

}  // namespace

int main() {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
    int64_t last = Read(clock);
    for (int i = 0; i < 5; ++i) {
      const int64_t now = Read(clock);
      assert(now >= last);
      last = now;
    }
  }
  timespec unused;
  assert(clock_gettime(12345, &unused) == -1 && errno == EINVAL);

  Lasts(milliseconds(5), [] { std::this_thread::sleep_for(milliseconds(5)); });
  Lasts(milliseconds(5),
        [] { std::this_thread::sleep_until(steady_clock::now() + milliseconds(5)); });
  Lasts(milliseconds(5),
        [] { std::this_thread::sleep_until(system_clock::now() + milliseconds(5)); });
  Lasts(milliseconds(5), [] { assert(usleep(5'000) == 0); });
  Lasts(milliseconds(5), [] {
    const timespec time = {.tv_sec = 0, .tv_nsec = 5'000'000};
    assert(nanosleep(&time, nullptr) == 0);
  });
  Lasts(milliseconds(5), [] {
    const int64_t at = Read(CLOCK_MONOTONIC) + 5'000'000;
    const timespec time = {.tv_sec = at / 1'000'000'000, .tv_nsec = at % 1'000'000'000};
    assert(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == 0);
    assert(Read(CLOCK_MONOTONIC) >= at);
  });
  const timespec wrong = {.tv_sec = 0, .tv_nsec = 1'000'000'000};
  assert(nanosleep(&wrong, nullptr) == -1 && errno == EINVAL);

  // The wall clock by its three names: within two seconds of each other.
  timeval of_day;
  assert(gettimeofday(&of_day, nullptr) == 0);
  const int64_t seconds = Read(CLOCK_REALTIME) / 1'000'000'000;
  assert(time(nullptr) - seconds <= 2 && seconds - of_day.tv_sec <= 2);
  return 0;
}
