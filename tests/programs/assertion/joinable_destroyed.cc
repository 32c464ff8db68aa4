// The destructor of a joinable std::thread calls std::terminate(), without an exception.
#include <thread>

int main() {
  std::thread thread([] {});
  return 0;
}
