// The program's own definitions win over libc's and weir's of the same names, from wherever they
// are called: a variable, a function of libc, a scheduling point, calls that weir does not
// simulate and the program brings, and operator new, which libstdc++ calls as well.
#include <cassert>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

bool send = false;

static int g_calls = 0, g_news = 0;

extern "C" {
int toupper(int character) noexcept;
int sched_yield() noexcept;
int getopt(int, char* const*, const char*) noexcept;
int open(const char* path, int flags, ...);

int toupper(int character) noexcept { return ++g_calls, character; }
int sched_yield() noexcept { return ++g_calls, 7; }
int getopt(int, char* const*, const char*) noexcept { return ++g_calls, -1; }
int open(const char*, int, ...) { return ++g_calls, -1; }
}

void* operator new(size_t size) { return ++g_news, std::malloc(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

int main(int, char** arguments) {
  std::thread other([] { send = true; });
  other.join();
  assert(send);
  assert(toupper('a') == 'a' && sched_yield() == 7 && getopt(1, arguments, "") == -1);
  assert(open("/etc/hostname", 0) == -1 && g_calls == 4);
  const int news = g_news;
  std::string text(7, 'x');
  text.append(100, 'y');  // libstdc++.so allocates
  assert(g_news > news);
}
