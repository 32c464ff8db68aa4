// An object on the stack, of which another thread has the address, is shared as a whole: the
// function that owns it accesses one of its members without synchronisation.
#include <thread>

namespace {

struct Pair {
  int first = 0;
  int second = 0;
};

}  // namespace

int main() {
  Pair pair;
  std::thread other([&] { pair.second = 1; });
  pair.second = 2;
  other.join();
  return pair.first;
}
