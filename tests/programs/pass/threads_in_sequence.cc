// 1,000 threads one after the other, joined and detached: each finds its thread_locals fresh.
#include <cassert>
#include <semaphore>
#include <string>
#include <thread>

namespace {

thread_local int number = 1;
thread_local std::string text = "constructed anew for each thread, on the heap";

void Use() {
  assert(number == 1 && text.size() == 45);
  number = 2;
  text += " and changed";
}

}  // namespace

int main() {
  std::counting_semaphore<> done(0);
  for (int i = 0; i < 500; ++i) {
    std::thread(Use).join();
    std::thread([&] {
      Use();
      done.release();
    }).detach();
    done.acquire();
  }
  return 0;
}
