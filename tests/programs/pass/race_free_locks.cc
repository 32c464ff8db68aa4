// memory points
// What the locks of the standard library order: mutexes (robust ones, too), condition variables
// through their mutex, shared mutexes (a writer after all readers, readers not among themselves),
// semaphores, barriers over several rounds, call_once, function-local statics, futures, start and
// end of a thread.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include <condition_variable>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void Mutexes() {
  std::mutex mutex;
  std::condition_variable ready;
  std::vector<int> queue;
  int taken = 0;
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    while (taken < 3) {
      ready.wait(lock, [&] { return !queue.empty(); });
      taken += static_cast<int>(queue.size());
      queue.clear();
    }
  });
  for (int i = 0; i < 3; ++i) {
    const std::lock_guard lock(mutex);
    queue.push_back(i);
    ready.notify_one();
  }
  consumer.join();
  Require(taken == 3 && queue.empty());
}

// What is read is an address in a library, another one in each process of the system.
void Addresses() {
  std::mutex mutex;
  const std::error_category* category = &std::generic_category();
  const auto look = [&] {
    for (int i = 0; i < 3; ++i) {
      const std::lock_guard lock(mutex);
      category =
          category == &std::generic_category() ? &std::system_category() : &std::generic_category();
    }
  };
  std::thread other(look);
  look();
  other.join();
  Require(category == &std::generic_category());
}

// The owner of a robust mutex ends without unlocking it: who hears of that knows what it did.
void RobustMutexes() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  int value = 0;
  const auto take = [&] {
    const int error = pthread_mutex_lock(&mutex);
    if (error == EOWNERDEAD) pthread_mutex_consistent(&mutex);
    ++value;
  };
  std::thread first(take);
  std::thread second(take);
  first.join();
  second.join();
  Require(value == 2);
}

void SharedMutexes() {
  std::shared_mutex mutex;
  int value = 0;
  int seen[2] = {};
  const auto read = [&](int reader) {
    const std::shared_lock lock(mutex);
    seen[reader] = value;
  };
  std::thread first(read, 0);
  std::thread second(read, 1);
  for (int i = 0; i < 2; ++i) {
    const std::unique_lock lock(mutex);
    ++value;
  }
  first.join();
  second.join();
  Require(value == 2 && seen[0] <= 2 && seen[1] <= 2);
}

void Semaphores() {
  sem_t full;
  sem_t empty;
  sem_init(&full, 0, 0);
  sem_init(&empty, 0, 1);
  int cell = 0;
  std::thread producer([&] {
    for (int i = 1; i <= 3; ++i) {
      sem_wait(&empty);
      cell = i;
      sem_post(&full);
    }
  });
  for (int i = 1; i <= 3; ++i) {
    sem_wait(&full);
    Require(cell == i);
    sem_post(&empty);
  }
  producer.join();
}

void Barriers() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  int left = 0;
  int right = 0;
  std::thread other([&] {
    for (int round = 1; round <= 3; ++round) {
      right = round;
      pthread_barrier_wait(&barrier);
      Require(left == round);
      pthread_barrier_wait(&barrier);
    }
  });
  for (int round = 1; round <= 3; ++round) {
    left = round;
    pthread_barrier_wait(&barrier);
    Require(right == round);
    pthread_barrier_wait(&barrier);
  }
  other.join();
  pthread_barrier_destroy(&barrier);
}

struct Table {
  Table() { entries.assign(4, 9); }
  std::vector<int> entries;
};
const Table& Static() {
  static const Table table;
  return table;
}

std::once_flag g_once;
std::unique_ptr<int> g_made;
int Once() {
  std::call_once(g_once, [] { g_made = std::make_unique<int>(5); });
  return *g_made;
}

void Firsts() {
  int sums[2] = {};
  std::thread other([&] { sums[1] = Static().entries[3] + Once(); });
  sums[0] = Static().entries[0] + Once();
  other.join();
  Require(sums[0] == 14 && sums[1] == 14);
}

void Futures() {
  std::promise<std::string> promise;
  std::future<std::string> future = promise.get_future();
  int written = 0;
  std::thread other([&] {
    written = 1;
    promise.set_value("a text that does not fit into the object itself");
  });
  Require(future.get().size() > 20 && written == 1);
  other.join();

  auto failing = std::async(std::launch::async, []() -> int { throw std::string("no"); });
  bool caught = false;
  try {
    failing.get();
  } catch (const std::string& text) {
    caught = text == "no";
  }
  Require(caught);
}

void SharedPointers() {
  auto shared = std::make_shared<std::vector<int>>(3, 1);
  std::thread other([copy = shared] { Require(copy->size() == 3); });
  shared.reset();
  other.join();
}

}  // namespace

int main() {
  Mutexes();
  RobustMutexes();
  Addresses();
  SharedMutexes();
  Semaphores();
  Barriers();
  Firsts();
  Futures();
  SharedPointers();
}
