// A flag is published before what it stands for: one preemption between the two stores shows it.
#include <atomic>
#include <cassert>
#include <thread>

int main() {
  std::atomic<int> data{0};
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    ready = true;
    data = 42;
  });
  std::thread reader([&] {
    if (ready) assert(data == 42);
  });
  writer.join();
  reader.join();
  return 0;
}
