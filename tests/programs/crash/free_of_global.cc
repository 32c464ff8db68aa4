// delete of a global.
#include <cstdlib>
#include <thread>

int g_one = 1;
int* volatile g_pointer = &g_one;

int main() {
  std::thread other([] {});
  delete g_pointer;
  other.join();
}
