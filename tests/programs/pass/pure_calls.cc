// Functions of libc that are not intercepted, since they touch nothing but what they are given.
#include <setjmp.h>
#include <wchar.h>

#include <cassert>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

namespace {

int Compare(const void* a, const void* b) {
  const int left = *static_cast<const int*>(a), right = *static_cast<const int*>(b);
  return left < right ? -1 : left > right;
}

void Sorting() {
  std::vector<int> numbers(20'000);
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<int>(i * 7919 % numbers.size());
  }
  std::qsort(numbers.data(), numbers.size(), sizeof(int), Compare);
  for (size_t i = 0; i < numbers.size(); ++i) assert(numbers[i] == static_cast<int>(i));
  const int wanted = 4711;
  assert(std::bsearch(&wanted, numbers.data(), numbers.size(), sizeof(int), Compare) ==
         &numbers[4711]);
}

void Text() {
  char buffer[64];
  assert(std::snprintf(buffer, sizeof buffer, "%d %s %.3f", 42, "text", 2.5) == 13);
  int number = 0;
  char word[16];
  double fraction = 0;
  assert(std::sscanf(buffer, "%d %15s %lf", &number, word, &fraction) == 3);
  assert(number == 42 && std::strcmp(word, "text") == 0 && fraction == 2.5);
  char* end = nullptr;
  assert(std::strtol("0x1F rest", &end, 16) == 31 && std::strcmp(end, " rest") == 0);
  const std::unique_ptr<char, decltype(&std::free)> copy(strdup(buffer), std::free);
  char* rest = nullptr;
  assert(std::strcmp(strtok_r(copy.get(), " ", &rest), "42") == 0);
  char* made = nullptr;
  assert(asprintf(&made, "%s-%d", word, number) == 7 && std::strcmp(made, "text-42") == 0);
  std::free(made);
  assert(std::strlen(std::strerror(ENOENT)) > 0 && std::toupper('x') == 'X');
  wchar_t wide[8];
  assert(std::mbstowcs(wide, "wide", 8) == 4 && wcslen(wide) == 4);
}

void Calendar() {
  const time_t moment = 86'400 * 365;
  tm parts = {};
  assert(gmtime_r(&moment, &parts) != nullptr && parts.tm_year == 71 && parts.tm_hour == 0);
  char text[32];
  assert(std::strftime(text, sizeof text, "%Y-%m-%d", &parts) == 10);
  assert(std::strcmp(text, "1971-01-01") == 0);
  assert(localtime_r(&moment, &parts) != nullptr && std::mktime(&parts) == moment);
}

jmp_buf environment;

[[noreturn]] void Jump(int value) { longjmp(environment, value); }

void Jumps() {
  volatile int rounds = 0;
  const int value = setjmp(environment);
  rounds = rounds + 1;
  if (value < 3) Jump(value + 1);
  assert(rounds == 4);
}

}  // namespace

int main() {
  Sorting();
  std::thread(Text).join();
  Calendar();
  Jumps();
  assert(std::fabs(std::sin(1.0) * std::sin(1.0) + std::cos(1.0) * std::cos(1.0) - 1.0) < 1e-12);
  return 0;
}
