#include "sim/schedule/json_tree.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace weir::sim {
namespace {

// Gives the parser its characters and tells the handler how many it took: nlohmann's handlers are
// told the position of errors only.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char** furthest = nullptr;

  reference operator*() const { return *at; }
  CountingIterator& operator++() {
    *furthest = ++at;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at == b.at;
  }
};

// Builds the tree out of nlohmann's events. Each handler returns whether to go on.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, std::string file, const char* const& furthest)
      : text_(text), file_(std::move(file)), furthest_(furthest), counted_(text.data()) {}

  bool null() override { return Add(JsonNode::Kind::kNull, "null"); }
  bool boolean(bool value) override { return Add(JsonNode::Kind::kBool, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    const auto kind = value < 0 ? JsonNode::Kind::kNegative : JsonNode::Kind::kUnsigned;  // -0
    return AddNumber(kind, std::to_string(value), static_cast<uint64_t>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return AddNumber(JsonNode::Kind::kUnsigned, std::to_string(value), value);
  }
  bool number_float(number_float_t, const string_t& written) override {
    return AddNumber(JsonNode::Kind::kOther, written, 0);
  }
  bool string(string_t& value) override { return Add(JsonNode::Kind::kString, value); }
  bool binary(binary_t&) override { return Fail(Line(1), "binary data"); }  // not in a JSON text

  bool start_object(size_t) override { return Open(JsonNode::Kind::kObject); }
  bool start_array(size_t) override { return Open(JsonNode::Kind::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second)
      return Fail(Line(1), absl::StrCat("\"", name, "\" stands here twice"));
    open_.back().next_name = name;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error while parsing
    // value - unexpected end of input; last read: '…'; expected '}'", of which the middle is kept.
    std::string_view what = error.what();
    for (const std::string_view before : {"] ", ": "}) {
      const size_t cut = what.find(before);
      if (cut != std::string_view::npos) what.remove_prefix(cut + before.size());
    }
    what = what.substr(0, what.find("; last read"));
    const size_t end = std::min(position == 0 ? 0 : position - 1, text_.size());
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(end), '\n');
    return Fail(static_cast<int>(line), absl::StrCat("not valid JSON: ", std::string(what)));
  }

  absl::StatusOr<JsonNode> Result() {
    if (!status_.ok()) return status_;
    return std::move(root_);
  }

 private:
  struct Unfinished {
    JsonNode node;
    std::string next_name;                   // kObject: of the member that comes next
    absl::flat_hash_set<std::string> names;  // kObject: of its members so far
  };

  // The line of the character `back` characters before the parser's place. Asked with growing
  // places.
  int Line(int back) {
    const char* place = std::max(furthest_ - back, counted_);
    line_ += static_cast<int>(std::count(counted_, place, '\n'));
    counted_ = place;
    return line_;
  }

  bool Fail(int line, const std::string& what) {
    status_ = absl::InvalidArgumentError(absl::StrCat(file_, ":", line, ": ", what));
    return false;
  }

  bool Add(JsonNode::Kind kind, std::string_view written) {
    return Attach({.kind = kind, .line = Line(1), .text = std::string(written)});
  }
  // The parser has to look one character past a number to see its end; that may be a line's.
  bool AddNumber(JsonNode::Kind kind, std::string_view written, uint64_t number) {
    return Attach({.kind = kind, .line = Line(2), .text = std::string(written), .number = number});
  }

  bool Open(JsonNode::Kind kind) {
    const int line = Line(1);
    if (open_.size() >= kMaxJsonDepth) {
      return Fail(line, absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels"));
    }
    open_.push_back({.node = {.kind = kind, .line = line}, .next_name = "", .names = {}});
    return true;
  }

  bool Close() {
    JsonNode node = std::move(open_.back().node);
    open_.pop_back();
    return Attach(std::move(node));
  }

  bool Attach(JsonNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      node.name = std::move(open_.back().next_name);
      open_.back().node.items.push_back(std::move(node));
    }
    return true;
  }

  std::string_view text_;
  std::string file_;
  const char* const& furthest_;
  const char* counted_;  // up to here line_ has counted
  int line_ = 1;
  std::vector<Unfinished> open_;  // arrays and objects that have not ended, outermost first
  JsonNode root_;
  absl::Status status_;
};

}  // namespace

std::string Describe(const JsonNode& node) {
  constexpr size_t kShown = 40;
  switch (node.kind) {
    case JsonNode::Kind::kArray:
      return "an array";
    case JsonNode::Kind::kObject:
      return "an object";
    case JsonNode::Kind::kString:
      return absl::StrCat("\"", absl::StrReplaceAll(node.text.substr(0, kShown), {{"\n", "\\n"}}),
                          node.text.size() > kShown ? "…\"" : "\"");
    default:
      return node.text.size() > kShown ? absl::StrCat(node.text.substr(0, kShown), "…") : node.text;
  }
}

absl::StatusOr<JsonNode> ParseJson(std::string_view text, std::string_view file) {
  const char* furthest = text.data();
  TreeBuilder builder(text, std::string(file), furthest);
  const CountingIterator begin{text.data(), &furthest};
  const CountingIterator end{text.data() + text.size(), &furthest};
  nlohmann::json::sax_parse(begin, end, &builder);
  return builder.Result();
}

}  // namespace weir::sim
