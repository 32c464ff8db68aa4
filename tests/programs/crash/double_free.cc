// free() of a block that was freed before.
#include <cstdlib>
#include <thread>

char* volatile g_block = nullptr;

int main() {
  std::thread other([] {});
  g_block = static_cast<char*>(malloc(40));
  free(g_block);
  free(g_block);
  other.join();
}
