// volatile points
// A thread waits in a loop over a volatile: it is seen to wait, and the others run. What is written
// beside it is no point, and races are not looked for.
#include <thread>

volatile int g_stage = 0;
int g_beside = 0;

int main() {
  std::thread other([] {
    while (g_stage != 1) {
    }
    ++g_beside;
    g_stage = 2;
  });
  g_stage = 1;
  while (g_stage != 2) {
  }
  other.join();
  return g_beside == 1 ? 0 : 1;
}
