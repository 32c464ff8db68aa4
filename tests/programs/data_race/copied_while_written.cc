// An object is copied as a whole while a field of it is written.
#include <thread>

struct Report {
  int lines[32];
};

Report g_shared;
Report g_copy;

int main() {
  std::thread other([] { g_shared.lines[20] = 1; });
  g_copy = g_shared;
  other.join();
  return 0;
}
