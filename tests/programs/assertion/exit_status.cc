// exit() with a status that is not 0, by a thread.
#include <cstdlib>
#include <thread>

int main() {
  std::thread([] { std::exit(2); }).join();
  return 0;
}
