// A thread calls abort().
#include <cstdlib>
#include <thread>

int main() {
  std::thread([] { std::abort(); }).join();
  return 0;
}
