// free() of a block in front of which something has been written.
#include <cstdlib>
#include <thread>

char* volatile g_block = nullptr;

int main() {
  std::thread other([] {});
  g_block = static_cast<char*>(malloc(40));
  for (int i = -8; i < 40; ++i) g_block[i] = 'x';
  free(g_block);
  other.join();
}
