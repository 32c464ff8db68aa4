#include "fuzz/schedule/crash.h"

#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "sim/engine/object.h"

namespace weir::sim {
namespace {

constexpr size_t kFunctions = 256;

// Not equal in any byte, so that no linker folds two of them into one.
template <size_t n>
[[noreturn, gnu::noinline]] void InvariantBroken() {
  asm volatile("" ::"r"(n));
  __builtin_trap();
}

template <size_t... n>
constexpr std::array<void (*)(), kFunctions> Functions(std::index_sequence<n...>) {
  return {InvariantBroken<n>...};
}

}  // namespace

void CrashFor(const std::string& signature, const std::string& text) {
  timeval now = {};
  gettimeofday(&now, nullptr);
  tm date = {};
  localtime_r(&now.tv_sec, &date);
  std::fprintf(
      stderr,
      "F%02d%02d%02d %02d:%02d:%02d.%06ld %7d crash.cc:%d] Check failed: FuzzerHash=%s %s\n",
      date.tm_year % 100, date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
      static_cast<long>(now.tv_usec), getpid(), __LINE__, signature.c_str(), text.c_str());
  std::fflush(stderr);
  static constexpr auto kBroken = Functions(std::make_index_sequence<kFunctions>());
  kBroken[PathHash(signature) % kFunctions]();
  __builtin_unreachable();
}

}  // namespace weir::sim
