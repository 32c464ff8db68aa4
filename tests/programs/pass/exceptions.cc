// Exceptions stay with their thread when the thread is switched inside a catch, and travel by
// exception_ptr.
#include <atomic>
#include <cassert>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

std::mutex mutex;

struct Unwinds {
  explicit Unwinds(int* c) : count(c) {}
  ~Unwinds() {
    assert(std::uncaught_exceptions() == 1);
    std::this_thread::yield();
    ++*count;
  }
  int* count;
};

void Nested(int number) {
  int unwound = 0;
  try {
    Unwinds unwinds(&unwound);
    throw std::runtime_error(std::to_string(number));
  } catch (const std::runtime_error& outer) {
    assert(unwound == 1);
    std::this_thread::yield();
    std::lock_guard lock(mutex);
    try {
      throw std::logic_error(std::to_string(number + 100));
    } catch (const std::logic_error& inner) {
      std::this_thread::yield();
      assert(inner.what() == std::to_string(number + 100));
      try {
        throw;
      } catch (const std::logic_error& again) {
        std::this_thread::yield();
        assert(&again == &inner);
      }
    }
    assert(outer.what() == std::to_string(number));
    assert(std::uncaught_exceptions() == 0);
  }
  assert(std::current_exception() == nullptr);
}

void Travels() {
  std::exception_ptr carried;
  std::thread thrower([&] {
    try {
      throw std::out_of_range("from the other thread");
    } catch (...) {
      carried = std::current_exception();
    }
  });
  thrower.join();
  try {
    std::rethrow_exception(carried);
  } catch (const std::out_of_range& error) {
    assert(error.what() == std::string("from the other thread"));
  }
}

}  // namespace

int main() {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 3; ++round) Nested(i);
    });
  }
  threads.clear();
  Travels();
  return 0;
}
