// A thread writes through a null pointer.
#include <thread>

int main() {
  int* volatile nowhere = nullptr;
  std::thread([&] { *nowhere = 1; }).join();
  return 0;
}
