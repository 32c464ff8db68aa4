// What is thrown need not be a std::exception.
#include <thread>

int main() {
  std::thread([] { throw 42; }).join();
  return 0;
}
