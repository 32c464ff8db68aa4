// A thread throws, and nobody catches; main waits for it inside a try.
#include <stdexcept>
#include <thread>

int main() {
  try {
    std::thread([] { throw std::runtime_error("from a thread"); }).join();
  } catch (...) {
    return 1;
  }
  return 0;
}
