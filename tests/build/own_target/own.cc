#include <atomic>
#include <thread>

#include "sim/weir.h"

int main() {
  std::atomic<int> count{0};
  std::thread other([&] { ++count; });
  ++count;
  other.join();
  return count == 2 ? 0 : 1;
}
