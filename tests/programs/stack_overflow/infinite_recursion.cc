// A thread calls itself without end.
#include <thread>

namespace {

[[gnu::noinline]] int Deeper(int depth) {
  if (depth < 0) return 0;  // never: no stack is that deep
  volatile char frame[200];
  frame[depth % 200] = 1;
  return Deeper(depth + 1) + frame[(depth + 1) % 200];
}

}  // namespace

int main() {
  volatile int result = 0;
  std::thread([&] { result = Deeper(0); }).join();
  return 0;
}
