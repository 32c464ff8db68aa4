// assert() fails in main.
#include <cassert>

int main(int argc, char**) {
  assert(argc == 77);
  return 0;
}
