// exit() by another thread ends the process with that status, whatever main waits for.
#include <semaphore>
#include <thread>

int main() {
  std::thread([] { std::exit(0); }).detach();
  std::binary_semaphore never(0);
  never.acquire();
  return 1;
}
