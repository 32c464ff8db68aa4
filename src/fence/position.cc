#include "fence/position.h"

#include "absl/strings/str_cat.h"

namespace fence {

int64_t SequenceDistance(uint64_t from, uint64_t to) {
  // Unsigned subtraction is defined modulo 2^64, and C++20 defines the conversion as two's
  // complement.
  return static_cast<int64_t>(to - from);
}

std::optional<int64_t> Distance(Position from, Position to) {
  if (from.epoch != to.epoch) return std::nullopt;
  return SequenceDistance(from.sequence, to.sequence);
}

std::string ToString(Position position) {
  return absl::StrCat(position.epoch, ":", position.sequence);
}

}  // namespace fence
