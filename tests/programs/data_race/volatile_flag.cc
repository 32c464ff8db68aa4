// volatile makes no order between threads.
#include <thread>

volatile bool g_ready = false;
int g_message = 0;

int main() {
  std::thread writer([] {
    g_message = 1;
    g_ready = true;
  });
  if (g_ready) g_message = 2;
  writer.join();
  return 0;
}
