#include "sim/engine/object.h"

#include <charconv>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

bool ConsumePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<uint64_t> ParseNumber(std::string_view text, int base) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<uint64_t> ParseHex(std::string_view text) {
  if (!ConsumePrefix(text, "0x")) return std::nullopt;
  return ParseNumber(text, 16);
}

}  // namespace

absl::StatusOr<ObjectKey> ParseObject(std::string_view text) {
  using Space = ObjectKey::Space;
  const auto bad = [text] {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an object such as \"shm:/group+0x40\" or \"worker-0/main:2+0x40\", got \"",
        std::string(text), "\""));
  };
  if (text == "-") return ObjectKey{};
  std::string_view rest = text;
  if (ConsumePrefix(rest, "thread:")) return ObjectKey{Space::kThread, PathHash(rest), 0, 0};
  if (ConsumePrefix(rest, "process:")) {
    return ObjectKey{Space::kProcess, PathHash(rest), 0, 0};
  }
  if (text.starts_with("0x")) {
    const auto address = ParseHex(text);
    if (!address) return bad();
    return ObjectKey{Space::kUnknown, 0, *address, 0};
  }
  const bool shared = ConsumePrefix(rest, "shm:");
  const size_t at = rest.rfind('@');
  const size_t plus = rest.rfind('+');
  const size_t cut = !shared && at != std::string_view::npos ? at : plus;
  if (cut == std::string_view::npos || cut == 0) return bad();
  const auto offset = ParseHex(rest.substr(cut + 1));
  if (!offset) return bad();
  rest = rest.substr(0, cut);
  if (shared) return ObjectKey{Space::kShared, PathHash(rest), 0, *offset};
  if (cut == at) return ObjectKey{Space::kStack, PathHash(rest), 0, *offset};
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return ObjectKey{Space::kGlobal, PathHash(rest), 0, *offset};
  const auto number = ParseNumber(rest.substr(colon + 1), 10);
  if (!number) return bad();
  return ObjectKey{Space::kHeap, PathHash(rest.substr(0, colon)), *number, *offset};
}

}  // namespace weir::sim
