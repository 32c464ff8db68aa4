// free() of a variable on another thread's stack.
#include <cstdlib>
#include <thread>

void Free(void* block) { free(block); }

int main() {
  std::thread other([] {});
  int local = 1;
  std::thread frees(Free, &local);
  frees.join();
  other.join();
}
