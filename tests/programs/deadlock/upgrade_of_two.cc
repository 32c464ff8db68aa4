// exam: reader/writer upgrade deadlock
// A reader becomes the writer when no other reads. Two that want that at once wait for each other
// to stop reading.
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

class UpgradableLock {
 public:
  void LockShared() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !writing_; });
    ++readers_;
  }
  void UnlockShared() {
    const std::lock_guard lock(mutex_);
    --readers_;
    changed_.notify_all();
  }
  void Upgrade() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return readers_ == 1; });
    readers_ = 0;
    writing_ = true;
  }
  void Unlock() {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int readers_ = 0;
  bool writing_ = false;
};

}  // namespace

int main() {
  UpgradableLock lock;
  int value = 0;
  const auto raise = [&] {
    lock.LockShared();
    if (value < 2) {
      lock.Upgrade();
      ++value;
      lock.Unlock();
    } else {
      lock.UnlockShared();
    }
  };
  std::thread other(raise);
  raise();
  other.join();
  return 0;
}
