#ifndef FENCE_TESTS_SOON_H_
#define FENCE_TESTS_SOON_H_

#include <chrono>
#include <functional>
#include <thread>

namespace fence {

// True as soon as `condition` holds, false when it has not for ten seconds.
inline bool Soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

}  // namespace fence

#endif  // FENCE_TESTS_SOON_H_
