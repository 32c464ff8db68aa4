#ifndef WEIR_FUZZ_SEGMENT_INPUT_H_
#define WEIR_FUZZ_SEGMENT_INPUT_H_

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fence {

// The bytes of one input, from the front to the end. Zero behind it.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    const std::string_view byte = Take(1);
    return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
  }
  uint32_t Short() {
    const uint32_t low = Byte();
    return low + 256u * Byte();
  }
  std::string_view Take(size_t bytes) {
    const std::string_view taken = rest_.substr(0, std::min(bytes, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Take(rest_.size()); }

 private:
  std::string_view rest_;
};

// What libFuzzer keeps the input for.
[[noreturn]] inline void Complain(const std::string& what) {
  fprintf(stderr, "fuzz: %s\n", what.c_str());
  abort();
}

// Of this process alone, so that several may run.
inline std::string FuzzGroupName() { return "segment_fuzzer." + std::to_string(getpid()); }

}  // namespace fence

#endif  // WEIR_FUZZ_SEGMENT_INPUT_H_
