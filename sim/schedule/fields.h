// Takes the fields of one JSON object by name, checks each, and refuses what nobody took.
//
//   Fields fields(node, "edits[2].", errors);
//   edit.nth = fields.Unsigned("nth", 1, kMost);
//   fields.Finish();
//
// The first mistake is kept in the FirstError, with its place; after one, values are empty or 0,
// and reading on does no harm.
#ifndef WEIR_SIM_SCHEDULE_FIELDS_H_
#define WEIR_SIM_SCHEDULE_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "sim/schedule/json_tree.h"

namespace weir::sim {

// Integers beyond it are written as decimal strings, since not every JSON reader keeps them.
inline constexpr uint64_t kMostPlainInteger = uint64_t{1} << 53;

class FirstError {
 public:
  explicit FirstError(std::string file) : file_(std::move(file)) {}

  // "<file>:<line of node>: <path>: <what>"
  void Set(const JsonNode& node, const std::string& path, const std::string& what);
  const absl::Status& status() const { return status_; }

 private:
  std::string file_;
  absl::Status status_;
};

// The values themselves; `path` names the place in errors.
std::string StringValue(const JsonNode& node, const std::string& path, FirstError& error);
bool BoolValue(const JsonNode& node, const std::string& path, FirstError& error);
// In [least, most].
uint64_t UnsignedValue(const JsonNode& node, const std::string& path, uint64_t least, uint64_t most,
                       FirstError& error);
// 64 bits in 16 hexadecimal digits.
uint64_t HashValue(const JsonNode& node, const std::string& path, FirstError& error);
// 64 bits as a decimal string, however small.
uint64_t DecimalValue(const JsonNode& node, const std::string& path, FirstError& error);

class Fields {
 public:
  // `prefix` stands before a field's name in errors: "" or "edits[2].". `node` has to be an object.
  Fields(const JsonNode& node, std::string prefix, FirstError& error);

  // Null if it is not there. `path` gets the field's.
  const JsonNode* Optional(std::string_view name, std::string* path);
  // An empty node, after setting the error, if it is not there.
  const JsonNode& Required(std::string_view name, std::string* path);

  std::string String(std::string_view name);
  std::string NonEmptyString(std::string_view name);
  std::string StringOr(std::string_view name, std::string fallback);
  uint64_t Unsigned(std::string_view name, uint64_t least, uint64_t most);
  uint64_t UnsignedOr(std::string_view name, uint64_t least, uint64_t most, uint64_t fallback);
  bool BoolOr(std::string_view name, bool fallback);
  uint64_t Hash(std::string_view name);
  uint64_t Decimal(std::string_view name);
  // The elements of an array; empty if it is none.
  const std::vector<JsonNode>& Array(std::string_view name);

  // Sets the error if a field was not asked for.
  void Finish();

 private:
  const JsonNode& node_;
  std::string prefix_;
  FirstError& error_;
  std::vector<bool> taken_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_FIELDS_H_
