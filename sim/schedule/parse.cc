// Reads the text of a schedule file; format.cc writes it.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"
#include "sim/engine/object.h"
#include "sim/schedule/fields.h"
#include "sim/schedule/json_tree.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/visit.h"

namespace weir::sim {
namespace {

constexpr uint64_t kMost64 = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMost32 = std::numeric_limits<uint32_t>::max();

// Thread names as the file has them → paths.
using Paths = absl::flat_hash_map<std::string, std::string>;

std::string PathOf(const Paths& paths, std::string name) {
  const auto found = paths.find(name);
  return found == paths.end() ? std::move(name) : found->second;
}

// An integer beyond 2^53 stands as a string; any other string is one of a parameter's names.
std::optional<int64_t> BigInteger(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr auto kPlain = static_cast<int64_t>(kMostPlainInteger);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value >= -kPlain && value <= kPlain) return std::nullopt;
  return std::to_string(value) == text ? std::optional(value) : std::nullopt;
}

std::variant<int64_t, std::string> ParseParameterValue(const JsonNode& node,
                                                       const std::string& path, FirstError& error) {
  const auto plain = static_cast<int64_t>(node.number);
  switch (node.kind) {
    case JsonNode::Kind::kUnsigned:
      if (node.number <= kMostPlainInteger) return plain;
      break;
    case JsonNode::Kind::kNegative:
      if (plain >= -static_cast<int64_t>(kMostPlainInteger)) return plain;
      break;
    case JsonNode::Kind::kString:
      if (const std::optional<int64_t> value = BigInteger(node.text)) return *value;
      if (!node.text.empty()) return node.text;
      break;
    default:
      break;
  }
  error.Set(node, path,
            absl::StrCat("expected an integer (as a decimal string beyond 2^53) or a name, got ",
                         Describe(node)));
  return int64_t{0};
}

std::vector<Parameter> ParseParameters(Fields& file, FirstError& error) {
  std::string path;
  const JsonNode& node = file.Required("parameters", &path);
  std::vector<Parameter> parameters;
  const Fields must_be_an_object(node, absl::StrCat(path, "."), error);
  for (const JsonNode& item : node.items) {
    const std::string place = absl::StrCat(path, ".", item.name);
    parameters.push_back({item.name, ParseParameterValue(item, place, error)});
  }
  return parameters;
}

// Fills `names` and returns the table turned round.
Paths ParseThreads(Fields& file, std::vector<std::pair<std::string, std::string>>& names,
                   FirstError& error) {
  Paths paths;
  std::string path;
  const JsonNode* node = file.Optional("threads", &path);
  if (node == nullptr) return paths;
  const Fields must_be_an_object(*node, "threads.", error);
  std::set<std::string> known;
  for (const JsonNode& item : node->items) known.insert(item.text);
  if (known.size() != node->items.size()) error.Set(*node, path, "two names for one thread");
  for (const JsonNode& item : node->items) {
    const std::string place = absl::StrCat("threads.", item.name);
    const std::string thread = StringValue(item, place, error);
    if (thread.empty() || item.name.empty()) error.Set(item, place, "may not be empty");
    if (item.name == "time" || known.contains(item.name)) {
      error.Set(item, place, "this name means something else already");
    }
    paths.emplace(item.name, thread);
    names.emplace_back(thread, item.name);
  }
  return paths;
}

// 1 … kDelays.
uint32_t ParseDelay(FaultKind kind, Fields& fields, FirstError& error) {
  std::string place;
  const JsonNode& node = fields.Required("delay_ns", &place);
  const uint64_t delay_ns =
      UnsignedValue(node, place, DelayNs(kind, 1), DelayNs(kind, kDelays), error);
  uint32_t number = 1;
  while (number < kDelays && DelayNs(kind, number) < delay_ns) ++number;
  if (DelayNs(kind, number) != delay_ns) {
    error.Set(node, place, absl::StrCat("expected ", DelayNs(kind, 1), " times a power of two"));
  }
  return number;
}

// A fault that lasts for some time, 1, 2, 4 … microseconds, or that happens in one of some ways.
void ParseInjected(const JsonNode& fault, const std::string& place, Fields& fields,
                   EditChoice& choice, FirstError& error) {
  choice.kind = EditChoice::Kind::kFault;
  const std::optional<FaultKind> kind = FaultFromName(StringValue(fault, place, error));
  if (!kind || FormOf(*kind) == FaultForm::kLife || FormOf(*kind) == FaultForm::kTime) {
    error.Set(fault, place, absl::StrCat("unknown fault of a point ", Describe(fault)));
  }
  choice.fault = kind.value_or(FaultKind::kSlowThread);
  if (FormOf(choice.fault) == FaultForm::kNumber) {
    choice.number = static_cast<uint32_t>(fields.Unsigned("how", 1, kMostFaultNumbers - 1));
  } else {
    choice.number = ParseDelay(choice.fault, fields, error);
  }
  fields.Finish();
}

EditChoice ParseChoice(const JsonNode& node, const std::string& path, const Paths& paths,
                       FirstError& error) {
  EditChoice choice;
  const std::string prefix = absl::StrCat(path, ".");
  Fields fields(node, prefix, error);
  if (std::string place; const JsonNode* fault = fields.Optional("fault", &place)) {
    ParseInjected(*fault, place, fields, choice, error);
    return choice;
  }
  if (node.items.size() != 1) {
    error.Set(node, path, "expected exactly one of run, wake, value, fault");
    return choice;
  }
  const JsonNode& item = node.items.front();
  const std::string place = absl::StrCat(prefix, item.name);
  if (item.name == "run") {
    const std::string thread = StringValue(item, place, error);
    if (thread.empty()) error.Set(item, place, "may not be empty");
    if (thread == "time") {
      choice.kind = EditChoice::Kind::kTime;
    } else {
      choice.thread = PathOf(paths, thread);
    }
  } else if (item.name == "wake") {
    choice.kind = EditChoice::Kind::kWake;
    choice.number = static_cast<uint32_t>(UnsignedValue(item, place, 0, kMost32, error));
  } else if (item.name == "value") {
    choice.kind = EditChoice::Kind::kValue;
    const uint64_t value = DecimalValue(item, place, error);
    if (value > kMost32) error.Set(item, place, absl::StrCat("is above ", kMost32));
    choice.number = static_cast<uint32_t>(value);
  } else {
    error.Set(item, place, "unknown choice; there are run, wake, value, fault");
  }
  return choice;
}

std::optional<Op> FromName(std::string_view name, Op) { return OpFromName(name); }
std::optional<VerdictKind> FromName(std::string_view name, VerdictKind) {
  return VerdictFromName(name);
}
std::optional<Fault::Kind> FromName(std::string_view name, Fault::Kind) {
  if (name == "crash") return Fault::Kind::kCrash;
  return name == "restart" ? std::optional(Fault::Kind::kRestart) : std::nullopt;
}

// What an error says of a name that is none.
std::string Unknown(const JsonNode& node, Op) {
  return absl::StrCat("unknown kind of operation ", Describe(node));
}
std::string Unknown(const JsonNode& node, VerdictKind) {
  return absl::StrCat("unknown verdict ", Describe(node));
}
std::string Unknown(const JsonNode& node, Fault::Kind) {
  return absl::StrCat("expected crash or restart, got ", Describe(node));
}

// Fills in the members of one object.
class Reader {
 public:
  Reader(Fields& fields, Paths& paths, FirstError& error)
      : fields_(&fields), paths_(paths), error_(error) {}

  template <typename T>
  void operator()(const Field& field, T& value) {
    if constexpr (std::is_enum_v<T>) {
      ReadName(field, value);
    } else if constexpr (std::is_integral_v<T>) {
      ReadNumber(field, value);
    } else {
      std::string path;
      ReadObject(fields_->Required(field.name, &path), absl::StrCat(path, "."), value);
    }
  }
  void operator()(const Field& field, bool& value) {
    value = fields_->BoolOr(field.name, *field.fallback != 0);
  }
  void operator()(const Field& field, std::string& value) {
    if (field.form == Form::kObject) return ReadObjectName(field, value);
    if (field.fallback) {
      value = fields_->StringOr(field.name, "");
    } else {
      value = field.least > 0 ? fields_->NonEmptyString(field.name) : fields_->String(field.name);
    }
    if (field.form == Form::kThread) value = PathOf(paths_, std::move(value));
  }
  void operator()(const Field& field, EditChoice& choice) {
    std::string path;
    choice = ParseChoice(fields_->Required(field.name, &path), path, paths_, error_);
  }
  void operator()(const Field&, std::vector<Parameter>& parameters) {
    parameters = ParseParameters(*fields_, error_);
  }
  // From here on the names mean the paths.
  void operator()(const Field&, std::vector<std::pair<std::string, std::string>>& names) {
    paths_ = ParseThreads(*fields_, names, error_);
  }
  void operator()(const Field& field, std::vector<uint64_t>& hashes) {
    for (const JsonNode& node : fields_->Array(field.name)) {
      const std::string path = absl::StrCat(field.name, "[", hashes.size(), "]");
      hashes.push_back(HashValue(node, path, error_));
    }
  }
  template <typename T>
  void operator()(const Field& field, std::vector<T>& items) {
    for (const JsonNode& node : fields_->Array(field.name)) {
      const std::string prefix = absl::StrCat(field.name, "[", items.size(), "].");
      ReadObject(node, prefix, items.emplace_back());
    }
  }

  void Enter(const char* name) {
    std::string path;
    const JsonNode& node = fields_->Required(name, &path);
    outer_ = std::exchange(fields_, &entered_.emplace(node, absl::StrCat(path, "."), error_));
  }
  void Leave() {
    fields_->Finish();
    fields_ = outer_;
  }

 private:
  template <typename T>
  void ReadName(const Field& field, T& value) {
    std::string path;
    const JsonNode& node = fields_->Required(field.name, &path);
    const std::optional<T> known = FromName(StringValue(node, path, error_), value);
    if (!known) error_.Set(node, path, Unknown(node, value));
    value = known.value_or(T{});
  }

  template <typename T>
  void ReadNumber(const Field& field, T& value) {
    const uint64_t most = std::min<uint64_t>(field.most, std::numeric_limits<T>::max());
    uint64_t number = 0;
    if (field.form == Form::kDecimal) {
      number = fields_->Decimal(field.name);
    } else if (field.form == Form::kHash) {
      number = fields_->Hash(field.name);
    } else if (field.fallback) {
      number = fields_->UnsignedOr(field.name, field.least, most, *field.fallback);
    } else {
      number = fields_->Unsigned(field.name, field.least, most);
    }
    value = static_cast<T>(number);
  }

  void ReadObjectName(const Field& field, std::string& value) {
    std::string path;
    const JsonNode& node = fields_->Required(field.name, &path);
    value = StringValue(node, path, error_);
    const absl::StatusOr<ObjectKey> key = ParseObject(value);
    if (!key.ok()) error_.Set(node, path, std::string(key.status().message()));
  }

  template <typename T>
  void ReadObject(const JsonNode& node, const std::string& prefix, T& value) {
    Fields fields(node, prefix, error_);
    VisitFields(value, Reader(fields, paths_, error_));
    if constexpr (std::is_same_v<T, Edit>) CheckBlocked(fields, value);
    fields.Finish();
  }

  void CheckBlocked(Fields& fields, const Edit& edit) {
    const EditChoice::Kind kind = edit.choice.kind;
    if (!edit.blocked || kind == EditChoice::Kind::kRun || kind == EditChoice::Kind::kTime) return;
    std::string path;
    const JsonNode& choice = fields.Required("choice", &path);
    error_.Set(choice, path, "a blocked thread can only choose who runs");
  }

  Fields* fields_;
  Paths& paths_;
  FirstError& error_;
  Fields* outer_ = nullptr;
  std::optional<Fields> entered_;
};

void CheckCheckpoints(Fields& file, const Schedule& schedule, FirstError& error) {
  if (schedule.checkpoints.size() <= schedule.points) return;
  std::string path;
  const JsonNode& node = file.Required("checkpoints", &path);
  error.Set(
      node, path,
      absl::StrCat(schedule.checkpoints.size(), " of them, but only ", schedule.points, " points"));
}

// A newer format may have any fields: say that, and not which of them is unknown.
void CheckVersion(Fields& file, FirstError& error) {
  std::string path;
  const JsonNode& node = file.Required("weir", &path);
  const uint64_t version = UnsignedValue(node, path, 1, kMost64, error);
  if (version > kFormatVersion) {
    error.Set(node, path,
              absl::StrCat("format version ", version, " is newer than this weir, which reads ",
                           kFormatVersion));
  }
}

}  // namespace

absl::StatusOr<Schedule> ParseSchedule(std::string_view text, std::string_view file) {
  const absl::StatusOr<JsonNode> root = ParseJson(text, file);
  if (!root.ok()) return root.status();
  FirstError error{std::string(file)};
  Fields fields(*root, "", error);
  CheckVersion(fields, error);
  if (!error.status().ok()) return error.status();

  Schedule schedule;
  Paths paths;
  VisitFields(schedule, Reader(fields, paths, error));
  CheckCheckpoints(fields, schedule, error);
  fields.Finish();
  if (!error.status().ok()) return error.status();
  return schedule;
}

}  // namespace weir::sim
