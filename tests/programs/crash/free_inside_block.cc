// free() of an address within a block.
#include <cstdlib>
#include <thread>

char* volatile g_block = nullptr;

int main() {
  std::thread other([] {});
  g_block = static_cast<char*>(malloc(40));
  free(g_block + 16);
  other.join();
}
