// Writes the text of a schedule file; parse.cc reads it.
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/schedule/fields.h"
#include "sim/schedule/schedule.h"

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

std::string FormatOrigin(const Origin& origin) {
  return Line()
      .Add("campaign_seed", Decimal(origin.campaign_seed))
      .Add("index", Decimal(origin.index))
      .Add("strategy", Quote(origin.strategy))
      .AddIf(origin.depth != 0, "depth", absl::StrCat(origin.depth))
      .Text();
}

std::string FormatFault(const Fault& fault, const NameTable& names) {
  const Line at =
      Line().Add("thread", Thread(names, fault.thread)).Add("op", absl::StrCat(fault.op));
  return Line()
      .Add("kind", fault.kind == Fault::Kind::kRestart ? "\"restart\"" : "\"crash\"")
      .Add("process", Quote(fault.process))
      .AddIf(fault.incarnation != 0, "incarnation", absl::StrCat(fault.incarnation))
      .Add("at", at.Text())
      .Text();
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

std::string FormatEdit(const Edit& edit, const NameTable& names) {
  return Line()
      .Add("thread", Thread(names, edit.thread))
      .Add("kind", Quote(std::string(OpName(edit.op))))
      .Add("object", Quote(edit.object))
      .Add("nth", Integer(edit.nth))
      .AddIf(edit.round != 0, "round", Integer(edit.round))
      .AddIf(edit.repeat != 0, "repeat", absl::StrCat(edit.repeat))
      .AddIf(edit.blocked, "blocked", "true")
      .AddIf(edit.draw != 1, "draw", absl::StrCat(edit.draw))
      .Add("choice", FormatChoice(edit.choice, names))
      .AddIf(edit.point != 0, "point", Integer(edit.point))
      .Text();
}

// An array or object with each of its items in a line of its own.
std::string Block(const std::vector<std::string>& items, char open, char close) {
  if (items.empty()) return {open, close};
  return absl::StrCat(std::string(1, open), "\n    ", absl::StrJoin(items, ",\n    "), "\n  ",
                      std::string(1, close));
}

std::string FormatThreads(const Schedule& schedule, const NameTable& names) {
  std::vector<std::string> lines;
  for (const auto& [path, name] : schedule.thread_names) {
    const auto usable = names.find(path);
    if (usable == names.end() || usable->second != name) continue;
    lines.push_back(absl::StrCat(Quote(name), ": ", Quote(path)));
  }
  return Block(lines, '{', '}');
}

std::string FormatVerdict(const ExpectedVerdict& verdict, const NameTable& names) {
  std::vector<std::string> lines = {
      absl::StrCat("\"kind\": ", Quote(std::string(VerdictName(verdict.kind)))),
      absl::StrCat("\"signature\": ", Quote(verdict.signature)),
      absl::StrCat("\"message\": ", Quote(verdict.message))};
  if (!verdict.thread.empty()) {
    lines.push_back(absl::StrCat("\"thread\": ", Thread(names, verdict.thread)));
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

}  // namespace

std::string FormatSchedule(const Schedule& schedule) {
  const NameTable names = UsableNames(schedule);
  std::vector<std::string> faults;
  for (const Fault& fault : schedule.faults) faults.push_back(FormatFault(fault, names));
  std::vector<std::string> edits;
  for (const Edit& edit : schedule.edits) edits.push_back(FormatEdit(edit, names));

  std::string text = absl::StrCat("{\n  \"weir\": ", kFormatVersion);
  const auto add = [&text](const std::string& name, const std::string& json) {
    absl::StrAppend(&text, ",\n  \"", name, "\": ", json);
  };
  add("tool", Quote(schedule.tool));
  add("target", Quote(schedule.target));
  add("build", Quote(schedule.build));
  add("scenario", Quote(schedule.scenario));
  add("parameters", FormatParameters(schedule.parameters));
  add("origin", FormatOrigin(schedule.origin));
  if (!names.empty()) add("threads", FormatThreads(schedule, names));
  add("faults", Block(faults, '[', ']'));
  add("edits", Block(edits, '[', ']'));
  add("verdict", FormatVerdict(schedule.verdict, names));
  add("points", Integer(schedule.points));
  add("step_cap", Integer(schedule.step_cap));
  add("fingerprint", Hash(schedule.fingerprint));
  add("checkpoints", FormatCheckpoints(schedule.checkpoints));
  absl::StrAppend(&text, "\n}\n");
  return text;
}

}  // namespace weir::sim
