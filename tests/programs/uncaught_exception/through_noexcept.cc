// An exception reaches a noexcept function, and the handler outside of it does not get it.
#include <stdexcept>

namespace {

[[gnu::noinline]] void Throw() { throw std::logic_error("stopped at noexcept"); }
[[gnu::noinline]] void Quiet() noexcept { Throw(); }

}  // namespace

int main() {
  try {
    Quiet();
  } catch (const std::logic_error&) {
    return 1;
  }
  return 0;
}
