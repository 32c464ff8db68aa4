// The library's threads: named, as debuggers and /proc show them, and ended although what wakes
// them lies in shared memory.

#ifndef FENCE_THREAD_H_
#define FENCE_THREAD_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"

namespace fence {

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Runs `run`, which must not throw, in a thread that bears `name`; Linux keeps 15 characters of
  // it. Once. ResourceExhausted when the system has no thread to give, which std::thread says by an
  // exception.
  absl::Status Start(const std::string& name, std::function<void()> run);

  // Whether it has been started and not been joined.
  bool joinable() const { return thread_.joinable(); }
  // Kept, since others ask for it while it is joined. Not while it is started.
  std::thread::id id() const { return id_; }

  // Waits for its end. If that takes long, calls `wake`, which has the thread look once more
  // whether it is to end: somebody may have written to its doorbell just when that was rung. Not at
  // the same time as another Join.
  void Join(const std::function<void()>& wake);

 private:
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::thread thread_;
  std::thread::id id_;
};

}  // namespace fence

#endif  // FENCE_THREAD_H_
