// Reads the text of a schedule file; format.cc writes it.
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/fault_choice.h"
#include "sim/engine/object.h"
#include "sim/schedule/fields.h"
#include "sim/schedule/json_tree.h"
#include "sim/schedule/schedule.h"

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

Origin ParseOrigin(Fields& file, FirstError& error) {
  std::string path;
  Fields fields(file.Required("origin", &path), "origin.", error);
  Origin origin;
  origin.campaign_seed = fields.Decimal("campaign_seed");
  origin.index = fields.Decimal("index");
  origin.strategy = fields.String("strategy");
  origin.depth = static_cast<uint32_t>(fields.UnsignedOr("depth", 0, kMost32, 0));
  fields.Finish();
  return origin;
}

// Fills schedule.thread_names and returns the table turned round.
Paths ParseThreads(Fields& file, Schedule& schedule, FirstError& error) {
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
    schedule.thread_names.emplace_back(thread, item.name);
  }
  return paths;
}

Fault ParseFault(const JsonNode& node, const std::string& prefix, const Paths& paths,
                 FirstError& error) {
  Fault fault;
  Fields fields(node, prefix, error);
  std::string path;
  const JsonNode& kind = fields.Required("kind", &path);
  const std::string name = StringValue(kind, path, error);
  if (name != "crash" && name != "restart") {
    error.Set(kind, path, absl::StrCat("expected crash or restart, got ", Describe(kind)));
  }
  fault.kind = name == "restart" ? Fault::Kind::kRestart : Fault::Kind::kCrash;
  fault.process = fields.NonEmptyString("process");
  fault.incarnation = static_cast<uint32_t>(fields.UnsignedOr("incarnation", 0, kMost32, 0));
  Fields at(fields.Required("at", &path), absl::StrCat(prefix, "at."), error);
  fault.thread = PathOf(paths, at.NonEmptyString("thread"));
  fault.op = static_cast<uint32_t>(at.Unsigned("op", 1, kMaxFaultOp));
  at.Finish();
  fields.Finish();
  return fault;
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

Edit ParseEdit(const JsonNode& node, const std::string& prefix, const Paths& paths,
               FirstError& error) {
  Edit edit;
  Fields fields(node, prefix, error);
  std::string path;
  edit.thread = PathOf(paths, fields.NonEmptyString("thread"));
  const JsonNode& kind = fields.Required("kind", &path);
  const std::optional<Op> op = OpFromName(StringValue(kind, path, error));
  if (!op) error.Set(kind, path, absl::StrCat("unknown kind of operation ", Describe(kind)));
  edit.op = op.value_or(Op::kNone);
  const JsonNode& object = fields.Required("object", &path);
  edit.object = StringValue(object, path, error);
  const absl::StatusOr<ObjectKey> key = ParseObject(edit.object);
  if (!key.ok()) error.Set(object, path, std::string(key.status().message()));
  edit.nth = fields.Unsigned("nth", 0, kMost64);
  edit.round = fields.UnsignedOr("round", 0, kMost64, 0);
  edit.repeat = static_cast<uint32_t>(fields.UnsignedOr("repeat", 0, kMost32, 0));
  edit.blocked = fields.BoolOr("blocked", false);
  edit.draw = static_cast<uint32_t>(fields.UnsignedOr("draw", 1, kMost32, 1));
  const JsonNode& choice = fields.Required("choice", &path);
  edit.choice = ParseChoice(choice, path, paths, error);
  const bool runs =
      edit.choice.kind == EditChoice::Kind::kRun || edit.choice.kind == EditChoice::Kind::kTime;
  if (edit.blocked && !runs) error.Set(choice, path, "a blocked thread can only choose who runs");
  edit.point = fields.UnsignedOr("point", 0, kMost64, 0);
  fields.Finish();
  return edit;
}

ExpectedVerdict ParseVerdict(Fields& file, const Paths& paths, FirstError& error) {
  std::string path;
  Fields fields(file.Required("verdict", &path), "verdict.", error);
  ExpectedVerdict verdict;
  const JsonNode& kind = fields.Required("kind", &path);
  const std::optional<VerdictKind> known = VerdictFromName(StringValue(kind, path, error));
  if (!known) error.Set(kind, path, absl::StrCat("unknown verdict ", Describe(kind)));
  verdict.kind = known.value_or(VerdictKind::kPass);
  verdict.signature = fields.String("signature");
  verdict.message = fields.String("message");
  verdict.thread = PathOf(paths, fields.StringOr("thread", ""));
  fields.Finish();
  return verdict;
}

void ParseCheckpoints(Fields& file, Schedule& schedule, FirstError& error) {
  std::string path;
  const JsonNode& node = file.Required("checkpoints", &path);
  const std::vector<JsonNode>& items = file.Array("checkpoints");
  for (size_t i = 0; i < items.size(); ++i) {
    schedule.checkpoints.push_back(
        HashValue(items[i], absl::StrCat("checkpoints[", i, "]"), error));
  }
  if (items.size() > schedule.points) {
    error.Set(node, path,
              absl::StrCat(items.size(), " of them, but only ", schedule.points, " points"));
  }
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
  schedule.tool = fields.String("tool");
  schedule.target = fields.String("target");
  schedule.build = fields.String("build");
  schedule.scenario = fields.NonEmptyString("scenario");
  schedule.parameters = ParseParameters(fields, error);
  schedule.origin = ParseOrigin(fields, error);
  const Paths paths = ParseThreads(fields, schedule, error);
  for (const JsonNode& node : fields.Array("faults")) {
    const std::string prefix = absl::StrCat("faults[", schedule.faults.size(), "].");
    schedule.faults.push_back(ParseFault(node, prefix, paths, error));
  }
  for (const JsonNode& node : fields.Array("edits")) {
    const std::string prefix = absl::StrCat("edits[", schedule.edits.size(), "].");
    schedule.edits.push_back(ParseEdit(node, prefix, paths, error));
  }
  schedule.verdict = ParseVerdict(fields, paths, error);
  schedule.points = fields.Unsigned("points", 0, kMost64);
  schedule.step_cap = fields.Unsigned("step_cap", 0, kMost64);
  schedule.fingerprint = fields.Hash("fingerprint");
  ParseCheckpoints(fields, schedule, error);
  fields.Finish();
  if (!error.status().ok()) return error.status();
  return schedule;
}

}  // namespace weir::sim
