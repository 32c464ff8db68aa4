// A barrier for three at which two arrive.
#include <barrier>
#include <thread>

int main() {
  std::barrier barrier(3);
  std::thread other([&] { barrier.arrive_and_wait(); });
  barrier.arrive_and_wait();
  other.join();
  return 0;
}
