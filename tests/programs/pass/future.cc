// std::async, promise, packaged_task, shared_future; values, exceptions and timeouts through them.
#include <cassert>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

void Async() {
  auto sum = std::async(
      std::launch::async, [](int a, int b) { return a + b; }, 3, 4);
  auto lazy = std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });
  auto failing = std::async(std::launch::async, [] { throw std::runtime_error("no"); });
  assert(lazy.wait_for(std::chrono::seconds(0)) == std::future_status::deferred);
  assert(lazy.get() == std::this_thread::get_id());
  assert(sum.get() == 7);
  try {
    failing.get();
    assert(false);
  } catch (const std::runtime_error& error) {
    assert(error.what() == std::string("no"));
  }
}

void Promise() {
  std::promise<std::string> promise;
  std::future<std::string> future = promise.get_future();
  assert(future.wait_for(std::chrono::milliseconds(3)) == std::future_status::timeout);
  std::thread setter([&] { promise.set_value("set"); });
  assert(future.get() == "set");
  setter.join();

  std::future<int> broken = std::promise<int>().get_future();
  try {
    broken.get();
    assert(false);
  } catch (const std::future_error& error) {
    assert(error.code() == std::future_errc::broken_promise);
  }
}

void PackagedTask() {
  std::packaged_task<int(int)> task([](int x) { return x * x; });
  std::shared_future<int> result = task.get_future().share();
  std::thread one([result] { assert(result.get() == 81); });
  std::thread two([result] { assert(result.get() == 81); });
  std::thread runner(std::move(task), 9);
  runner.join();
  one.join();
  two.join();
  assert(result.get() == 81);
}

void AtThreadExit() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread thread([&] { promise.set_value_at_thread_exit(5); });
  assert(future.get() == 5);
  thread.join();
}

}  // namespace

int main() {
  Async();
  Promise();
  PackagedTask();
  AtThreadExit();
  return 0;
}
