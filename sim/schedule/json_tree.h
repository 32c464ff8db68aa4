// A JSON text as a tree that knows the line of each value, so that a reader can say where it went
// wrong.
#ifndef WEIR_SIM_SCHEDULE_JSON_TREE_H_
#define WEIR_SIM_SCHEDULE_JSON_TREE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weir::sim {

// Deeper nesting is refused.
inline constexpr int kMaxJsonDepth = 16;

struct JsonNode {
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kUnsigned,  // an integer ≥ 0 below 2^64
    kNegative,  // an integer < 0 from -2^63 on
    kOther,     // a number that is neither: a fraction, or out of range
    kString,
    kArray,
    kObject,
  };
  Kind kind = Kind::kNull;
  int line = 0;                 // from 1, where it begins
  std::string text;             // kString: the string; numbers and literals: as written
  uint64_t number = 0;          // kUnsigned: the value; kNegative: its two's complement
  std::string name;             // of a member of an object
  std::vector<JsonNode> items;  // kArray: the elements; kObject: the members, as the text has them
};

// What an error message shows of a value: "\"x\"", "-3", "an object".
std::string Describe(const JsonNode& node);

// The one JSON value that `text` is. InvalidArgument for anything else, for one name twice in an
// object, and for too deep a nesting; the message begins with file and line: "a.json:14: ".
absl::StatusOr<JsonNode> ParseJson(std::string_view text, std::string_view file);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_JSON_TREE_H_
