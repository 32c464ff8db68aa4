#include "fence/thread.h"

#include <pthread.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

constexpr size_t kLongestName = 15;

// When a thread that has not ended is woken: after 50 ms, 100 ms … 25 s. A handler may take long,
// and who waits for it should not wake the others of its ring for ever.
constexpr std::chrono::milliseconds kFirstWait{50};
constexpr int kWakes = 10;

}  // namespace

absl::Status Thread::Start(const std::string& name, std::function<void()> run) {
  try {
    thread_ = std::thread([this, name, run = std::move(run)] {
      pthread_setname_np(pthread_self(), name.substr(0, kLongestName).c_str());
      run();
      const std::lock_guard lock(mutex_);
      ended_ = true;
      ended_changed_.notify_one();
    });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("thread \"", name, "\" cannot be started: ", error.what()));
  }
  id_ = thread_.get_id();
  return absl::OkStatus();
}

void Thread::Join(const std::function<void()>& wake) {
  if (!joinable()) return;
  for (int i = 0; i < kWakes; ++i) {
    {
      std::unique_lock lock(mutex_);
      if (ended_changed_.wait_for(lock, kFirstWait * (1 << i), [this] { return ended_; })) break;
    }
    wake();
  }
  thread_.join();
}

}  // namespace fence
