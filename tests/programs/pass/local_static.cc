// Function-local statics: first used by several threads at once; one whose constructor throws at
// first.
#include <atomic>
#include <cassert>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<int> constructed{0};
std::atomic<int> attempts{0};

struct Slow {
  Slow() : text(std::make_unique<std::string>("a text that does not fit into the string itself")) {
    std::this_thread::yield();
    ++constructed;
  }
  std::unique_ptr<std::string> text;
};

const Slow& Shared() {
  static const Slow slow;
  return slow;
}

int Unsure() {
  static const int number = [] {
    if (attempts++ == 0) throw std::runtime_error("not yet");
    return 42;
  }();
  return number;
}

}  // namespace

int main() {
  std::atomic<int> thrown{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        assert(Shared().text->size() == 47);
        try {
          assert(Unsure() == 42);
        } catch (const std::runtime_error&) {
          ++thrown;
        }
      });
    }
  }
  assert(constructed == 1);
  assert(attempts == 2 && thrown == 1);
  return 0;
}
