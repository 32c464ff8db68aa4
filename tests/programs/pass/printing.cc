// Printing from several threads: stdio, iostreams, write; nothing of it may disturb a run.
#include <unistd.h>

#include <cassert>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>

int main() {
  const auto print = [](int number) {
    std::printf("printf %d %5.2f %s\n", number, number / 3.0, "text");
    std::cout << "cout " << number << std::endl;
    std::cerr << "cerr " << number << '\n';
    std::fputs("fputs\n", stderr);
    std::puts("puts");
    flockfile(stdout);
    std::this_thread::yield();  // another thread may print here in simulation, but must not hang
    std::puts("locked");
    funlockfile(stdout);
    const std::string line = "write " + std::to_string(number) + "\n";
    assert(write(1, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  };
  std::thread one(print, 1);
  std::thread two(print, 2);
  print(0);
  one.join();
  two.join();
  char buffer[16];
  assert(std::snprintf(buffer, sizeof buffer, "%04d", 42) == 4);
  assert(std::strcmp(buffer, "0042") == 0);
  assert(std::fflush(stdout) == 0);
  return 0;
}
