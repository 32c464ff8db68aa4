// Writes the text of a schedule file; parse.cc reads it.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/schedule/fields.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/visit.h"

namespace weir::sim {
namespace {

// Never throws: what is not UTF-8 (a target's message may be anything) becomes U+FFFD.
std::string Quote(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Integer(uint64_t value) {
  return value <= kMostPlainInteger ? absl::StrCat(value) : absl::StrCat("\"", value, "\"");
}

std::string Integer(int64_t value) {
  constexpr auto kPlain = static_cast<int64_t>(kMostPlainInteger);
  const bool plain = value >= -kPlain && value <= kPlain;
  return plain ? absl::StrCat(value) : absl::StrCat("\"", value, "\"");
}

std::string Decimal(uint64_t value) { return absl::StrCat("\"", value, "\""); }

std::string Hash(uint64_t value) {
  return absl::StrCat("\"", absl::Hex(value, absl::kZeroPad16), "\"");
}

// The members of one object, in one line.
class Line {
 public:
  Line& Add(const std::string& name, const std::string& json) {
    parts_.push_back(absl::StrCat(Quote(name), ": ", json));
    return *this;
  }
  Line& AddIf(bool wanted, const std::string& name, const std::string& json) {
    return wanted ? Add(name, json) : *this;
  }
  std::string Text() const { return absl::StrCat("{", absl::StrJoin(parts_, ", "), "}"); }

 private:
  std::vector<std::string> parts_;
};

bool IsUtf8(const std::string& text) { return Quote(text).find("\uFFFD") == std::string::npos; }

// Thread paths → names. Only names that can be read back: no path of the file, no word of the
// format, no other thread's name.
using NameTable = std::map<std::string, std::string>;
using ThreadNames = std::vector<std::pair<std::string, std::string>>;

NameTable UsableNames(const Schedule& schedule) {
  std::set<std::string> taken = {"", "time", schedule.verdict.thread};
  for (const Fault& fault : schedule.faults) taken.insert(fault.thread);
  for (const Edit& edit : schedule.edits) {
    taken.insert(edit.thread);
    taken.insert(edit.choice.thread);
  }
  for (const auto& [path, name] : schedule.thread_names) taken.insert(path);
  NameTable names;
  for (const auto& [path, name] : schedule.thread_names) {
    if (!path.empty() && IsUtf8(name) && taken.insert(name).second) names.emplace(path, name);
  }
  return names;
}

std::string Thread(const NameTable& names, const std::string& path) {
  const auto found = names.find(path);
  return Quote(found == names.end() ? path : found->second);
}

std::string FormatParameters(const std::vector<Parameter>& parameters) {
  Line line;
  for (const Parameter& parameter : parameters) {
    const auto* number = std::get_if<int64_t>(&parameter.value);
    line.Add(parameter.name,
             number != nullptr ? Integer(*number) : Quote(std::get<std::string>(parameter.value)));
  }
  return line.Text();
}

std::string FormatChoice(const EditChoice& choice, const NameTable& names) {
  switch (choice.kind) {
    case EditChoice::Kind::kRun:
      return Line().Add("run", Thread(names, choice.thread)).Text();
    case EditChoice::Kind::kTime:
      return Line().Add("run", "\"time\"").Text();
    case EditChoice::Kind::kWake:
      return Line().Add("wake", absl::StrCat(choice.number)).Text();
    case EditChoice::Kind::kFault: {
      const bool is_number = FormOf(choice.fault) == FaultForm::kNumber;
      return Line()
          .Add("fault", Quote(std::string(FaultName(choice.fault))))
          .AddIf(is_number, "how", absl::StrCat(choice.number))
          .AddIf(!is_number, "delay_ns", Integer(DelayNs(choice.fault, choice.number)))
          .Text();
    }
    case EditChoice::Kind::kValue:
      break;
  }
  return Line().Add("value", Decimal(choice.number)).Text();
}

// An array or object with each of its items in a line of its own.
std::string Block(const std::vector<std::string>& items, char open, char close) {
  if (items.empty()) return {open, close};
  return absl::StrCat(std::string(1, open), "\n    ", absl::StrJoin(items, ",\n    "), "\n  ",
                      std::string(1, close));
}

std::string FormatThreads(const ThreadNames& threads, const NameTable& names) {
  std::vector<std::string> lines;
  for (const auto& [path, name] : threads) {
    const auto usable = names.find(path);
    if (usable == names.end() || usable->second != name) continue;
    lines.push_back(absl::StrCat(Quote(name), ": ", Quote(path)));
  }
  return Block(lines, '{', '}');
}

// Four in a line.
std::string FormatCheckpoints(const std::vector<uint64_t>& checkpoints) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < checkpoints.size(); ++i) {
    if (i % 4 == 0) {
      lines.push_back(Hash(checkpoints[i]));
    } else {
      absl::StrAppend(&lines.back(), ", ", Hash(checkpoints[i]));
    }
  }
  return Block(lines, '[', ']');
}

std::string_view NameOf(Op op) { return OpName(op); }
std::string_view NameOf(VerdictKind kind) { return VerdictName(kind); }
std::string_view NameOf(Fault::Kind kind) {
  return kind == Fault::Kind::kRestart ? "restart" : "crash";
}

// Collects the members of one object, as `"name": value`.
class Writer {
 public:
  explicit Writer(const NameTable& names) : names_(names) {}

  template <typename T>
  void operator()(const Field& field, const T& value) {
    if (field.fallback && IsFallback(value, *field.fallback)) return;
    parts_.push_back(absl::StrCat(Quote(field.name), ": ", Text(field, value)));
  }
  void Enter(const char* name) {
    entered_ = name;
    outer_ = std::exchange(parts_, {});
  }
  void Leave() {
    std::string inner = OneLine();
    parts_ = std::move(outer_);
    parts_.push_back(absl::StrCat(Quote(entered_), ": ", inner));
  }

  const std::vector<std::string>& parts() const { return parts_; }
  std::string OneLine() const { return absl::StrCat("{", absl::StrJoin(parts_, ", "), "}"); }

 private:
  template <typename T>
  bool IsFallback(const T& value, uint64_t fallback) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<uint64_t>(value) == fallback;
    } else if constexpr (std::is_same_v<T, ThreadNames>) {
      return names_.empty();
    } else if constexpr (requires { value.empty(); }) {
      return value.empty();
    } else {
      return false;
    }
  }

  template <typename T>
  std::string Text(const Field& field, const T& value) const {
    if constexpr (std::is_enum_v<T>) {
      return Quote(std::string(NameOf(value)));
    } else if constexpr (std::is_integral_v<T>) {
      if (field.form == Form::kDecimal) return Decimal(value);
      return field.form == Form::kHash ? Hash(value) : Integer(uint64_t{value});
    } else {
      Writer writer(names_);
      VisitFields(value, writer);
      return writer.OneLine();
    }
  }
  std::string Text(const Field&, bool value) const { return value ? "true" : "false"; }
  std::string Text(const Field& field, const std::string& value) const {
    return field.form == Form::kThread ? Thread(names_, value) : Quote(value);
  }
  std::string Text(const Field&, const EditChoice& choice) const {
    return FormatChoice(choice, names_);
  }
  std::string Text(const Field&, const ExpectedVerdict& verdict) const {
    Writer writer(names_);
    VisitFields(verdict, writer);
    return Block(writer.parts(), '{', '}');
  }
  std::string Text(const Field&, const std::vector<Parameter>& parameters) const {
    return FormatParameters(parameters);
  }
  std::string Text(const Field&, const ThreadNames& threads) const {
    return FormatThreads(threads, names_);
  }
  std::string Text(const Field&, const std::vector<uint64_t>& checkpoints) const {
    return FormatCheckpoints(checkpoints);
  }
  template <typename T>
  std::string Text(const Field& field, const std::vector<T>& items) const {
    std::vector<std::string> lines;
    for (const T& item : items) lines.push_back(Text(field, item));
    return Block(lines, '[', ']');
  }

  const NameTable& names_;
  std::vector<std::string> parts_;
  std::vector<std::string> outer_;  // of the object that was entered from
  const char* entered_ = "";
};

}  // namespace

std::string FormatSchedule(const Schedule& schedule) {
  const NameTable names = UsableNames(schedule);
  Writer writer(names);
  VisitFields(schedule, writer);
  return absl::StrCat("{\n  \"weir\": ", kFormatVersion, ",\n  ",
                      absl::StrJoin(writer.parts(), ",\n  "), "\n}\n");
}

}  // namespace weir::sim
