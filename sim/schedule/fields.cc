#include "sim/schedule/fields.h"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

const JsonNode kNothing;

// An unsigned integer in the only way in which weir writes it: no sign, no leading zero.
std::optional<uint64_t> ParseDecimal(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

std::optional<uint64_t> PlainOrDecimal(const JsonNode& node) {
  if (node.kind == JsonNode::Kind::kUnsigned && node.number <= kMostPlainInteger)
    return node.number;
  if (node.kind != JsonNode::Kind::kString) return std::nullopt;
  const std::optional<uint64_t> value = ParseDecimal(node.text);
  if (!value || *value <= kMostPlainInteger) return std::nullopt;
  return value;
}

std::string ExpectedUnsigned(const JsonNode& node, uint64_t least, uint64_t most) {
  if (node.kind == JsonNode::Kind::kUnsigned && node.number > kMostPlainInteger &&
      node.number <= most) {
    return "a decimal string for an integer above 2^53";
  }
  if (node.kind == JsonNode::Kind::kUnsigned || node.kind == JsonNode::Kind::kOther) {
    return absl::StrCat("an integer from ", least, " to ", most);
  }
  return least == 0 ? "a non-negative integer" : "a positive integer";
}

void Expected(const std::string& what, const JsonNode& node, const std::string& path,
              FirstError& error) {
  error.Set(node, path, absl::StrCat("expected ", what, ", got ", Describe(node)));
}

}  // namespace

void FirstError::Set(const JsonNode& node, const std::string& path, const std::string& what) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(
      absl::StrCat(file_, ":", node.line, ": ", path, path.empty() ? "" : ": ", what));
}

std::string StringValue(const JsonNode& node, const std::string& path, FirstError& error) {
  if (node.kind == JsonNode::Kind::kString) return node.text;
  Expected("a string", node, path, error);
  return "";
}

bool BoolValue(const JsonNode& node, const std::string& path, FirstError& error) {
  if (node.kind == JsonNode::Kind::kBool) return node.text == "true";
  Expected("true or false", node, path, error);
  return false;
}

uint64_t UnsignedValue(const JsonNode& node, const std::string& path, uint64_t least, uint64_t most,
                       FirstError& error) {
  const std::optional<uint64_t> value = PlainOrDecimal(node);
  if (value && *value >= least && *value <= most) return *value;
  Expected(ExpectedUnsigned(node, least, most), node, path, error);
  return least;
}

uint64_t HashValue(const JsonNode& node, const std::string& path, FirstError& error) {
  uint64_t value = 0;
  const std::string& text = node.text;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  const bool upper = text.find_first_of("ABCDEF") != std::string::npos;
  if (node.kind == JsonNode::Kind::kString && text.size() == 16 && failed == std::errc() &&
      end == text.data() + text.size() && !upper) {
    return value;
  }
  Expected("16 hexadecimal digits", node, path, error);
  return 0;
}

uint64_t DecimalValue(const JsonNode& node, const std::string& path, FirstError& error) {
  if (node.kind == JsonNode::Kind::kString) {
    if (const std::optional<uint64_t> value = ParseDecimal(node.text)) return *value;
  }
  Expected("a decimal string such as \"4711\"", node, path, error);
  return 0;
}

Fields::Fields(const JsonNode& node, std::string prefix, FirstError& error)
    : node_(node), prefix_(std::move(prefix)), error_(error) {
  if (node.kind == JsonNode::Kind::kObject) {
    taken_.resize(node.items.size());
  } else if (error_.status().ok()) {
    const std::string path = prefix_.substr(0, prefix_.empty() ? 0 : prefix_.size() - 1);
    Expected("an object", node, path, error_);
  }
}

const JsonNode* Fields::Optional(std::string_view name, std::string* path) {
  *path = absl::StrCat(prefix_, std::string(name));
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (node_.items[i].name != name) continue;
    taken_[i] = true;
    return &node_.items[i];
  }
  return nullptr;
}

const JsonNode& Fields::Required(std::string_view name, std::string* path) {
  if (const JsonNode* found = Optional(name, path)) return *found;
  error_.Set(node_, *path, "is missing");
  return kNothing;
}

std::string Fields::String(std::string_view name) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  return StringValue(node, path, error_);
}

std::string Fields::NonEmptyString(std::string_view name) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  std::string value = StringValue(node, path, error_);
  if (value.empty()) error_.Set(node, path, "may not be empty");
  return value;
}

std::string Fields::StringOr(std::string_view name, std::string fallback) {
  std::string path;
  const JsonNode* node = Optional(name, &path);
  return node == nullptr ? std::move(fallback) : StringValue(*node, path, error_);
}

uint64_t Fields::Unsigned(std::string_view name, uint64_t least, uint64_t most) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  return UnsignedValue(node, path, least, most, error_);
}

uint64_t Fields::UnsignedOr(std::string_view name, uint64_t least, uint64_t most,
                            uint64_t fallback) {
  std::string path;
  const JsonNode* node = Optional(name, &path);
  return node == nullptr ? fallback : UnsignedValue(*node, path, least, most, error_);
}

bool Fields::BoolOr(std::string_view name, bool fallback) {
  std::string path;
  const JsonNode* node = Optional(name, &path);
  return node == nullptr ? fallback : BoolValue(*node, path, error_);
}

uint64_t Fields::Hash(std::string_view name) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  return HashValue(node, path, error_);
}

uint64_t Fields::Decimal(std::string_view name) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  return DecimalValue(node, path, error_);
}

const std::vector<JsonNode>& Fields::Array(std::string_view name) {
  std::string path;
  const JsonNode& node = Required(name, &path);
  if (node.kind == JsonNode::Kind::kArray) return node.items;
  Expected("an array", node, path, error_);
  return kNothing.items;
}

void Fields::Finish() {
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    error_.Set(node_.items[i], absl::StrCat(prefix_, node_.items[i].name), "unknown field");
  }
}

}  // namespace weir::sim
