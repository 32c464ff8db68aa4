// State that a prebuilt library (libstdc++) keeps of a program: gone in the next execution.
#include <cassert>
#include <exception>
#include <iostream>
#include <locale>
#include <new>

namespace {

void OnNoMemory() {}
[[noreturn]] void OnTerminate() { __builtin_trap(); }

}  // namespace

int main() {
  assert(std::get_new_handler() == nullptr);
  std::set_new_handler(OnNoMemory);
  assert(std::get_terminate() != OnTerminate);
  std::set_terminate(OnTerminate);
  assert(std::cout.width() == 0 && std::cout.fill() == ' ');
  std::cout.width(40);
  std::cout.fill('#');
  assert(std::locale() == std::locale::classic());
  return 0;
}
