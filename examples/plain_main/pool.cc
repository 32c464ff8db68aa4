#include "pool.h"

#include <utility>

Pool::Pool(int workers) {
  for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
}

Pool::~Pool() {
  {
#ifdef FIXED
    const std::lock_guard<std::mutex> lock(mutex_);
#endif
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::Run(std::function<void()> task) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Pool::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    // An atomic may be read without the lock; but who reads "not yet" here and has not gone to
    // sleep misses the wake-up.
    while (tasks_.empty() && !stopping_) wake_.wait(lock);
    if (tasks_.empty()) return;
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}
