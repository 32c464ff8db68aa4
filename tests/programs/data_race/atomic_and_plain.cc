// Two threads go through an atomic reference, a third one writes the same object as it is.
#include <atomic>
#include <thread>

alignas(8) long g_count = 0;

int main() {
  const auto add = [] { std::atomic_ref(g_count).fetch_add(1); };
  std::thread first(add);
  std::thread second([] { g_count = 0; });
  add();
  first.join();
  second.join();
  return 0;
}
