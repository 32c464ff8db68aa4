// Two threads increment an ordinary integer.
#include <thread>

int g_count = 0;

int main() {
  std::thread other([] { ++g_count; });
  ++g_count;
  other.join();
  return 0;
}
