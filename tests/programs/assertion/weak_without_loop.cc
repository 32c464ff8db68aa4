// Takes the failure of a weak comparison for somebody else's change.
#include <atomic>
#include <cassert>

int main() {
  std::atomic<int> state{0};
  int expected = 0;
  const bool taken = state.compare_exchange_weak(expected, 1);
  assert(taken || expected != 0);
}
