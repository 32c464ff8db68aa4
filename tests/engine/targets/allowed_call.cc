// Calls any function with any arguments, for tests/engine/allowed_calls_test.cc.
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "sim/weir.h"

namespace {

using Function = long (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);

constexpr size_t kBytes = 4096;
alignas(64) char g_zeros[6][kBytes];
alignas(64) char g_texts[6][kBytes];

// What stands at a place of the arguments: 'z' zeroed memory, 't' text, 's' a stream, a digit.
uintptr_t Argument(char kind, int place) {
  switch (kind) {
    case 'z':
      return reinterpret_cast<uintptr_t>(g_zeros[place]);
    case 't':
      return reinterpret_cast<uintptr_t>(g_texts[place]);
    case 's':
      return reinterpret_cast<uintptr_t>(stderr);
    default:
      return static_cast<uintptr_t>(kind - '0');
  }
}

}  // namespace

// `arguments`: six characters in an integer, the first one lowest.
WEIR_SCENARIO(call, {"function", 0, INT64_MAX, 0, nullptr},
              {"arguments", 0, INT64_MAX, 0, nullptr}) {
  for (auto& text : g_texts) std::strcpy(text, "12 C");
  uintptr_t a[6];
  for (int i = 0; i < 6; ++i) {
    a[i] = Argument(static_cast<char>(parameters["arguments"] >> (8 * i)), i);
  }
  reinterpret_cast<Function>(parameters["function"])(a[0], a[1], a[2], a[3], a[4], a[5]);
}
