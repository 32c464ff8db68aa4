#include "sim/cli/printer.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "sim/campaign/edit_text.h"
#include "sim/cli/common.h"
#include "sim/engine/engine.h"
#include "sim/view/story.h"

namespace weir::sim {
namespace {

constexpr int kStandardOutput = 1;

}  // namespace

void Printer::OnPoint(const PointEvent& event) {
  if (!points_) return;
  const std::string thread = ThreadName(event.thread);
  const bool has_object = event.key.space != ObjectKey::Space::kNone;
  const std::string object = has_object ? ObjectName(event.key) : "";
  const uint64_t time_ns =
      event.time_ns >= kStartOfTimeNs ? event.time_ns - kStartOfTimeNs : event.time_ns;
  if (json_) {
    PrintJson({{"point", event.step},
               {"time_ns", time_ns},
               {"thread", thread},
               {"op", std::string(OpName(event.op))},
               {"object", object}});
    return;
  }
  char line[512];
  std::snprintf(line, sizeof(line), "%8llu  %11s  %-24s %-16s %s\n",
                static_cast<unsigned long long>(event.step), TimeText(time_ns).c_str(),
                thread.c_str(), std::string(OpName(event.op)).c_str(), object.c_str());
  Print(line);
}

void Printer::OnDecision(const Point& point, Choice choice) {
  if (!points_ || json_ || choice == point.fallback) return;
  std::string text;
  if (point.kind == DecisionKind::kInject) {
    text = FaultText({EditChoice::Kind::kFault, "", choice, point.fault});
  } else if (point.kind == DecisionKind::kRun && IsPause(choice)) {
    text = FaultText({EditChoice::Kind::kFault, "", DelayOf(choice), PauseKind(choice)});
  } else if (point.kind == DecisionKind::kRun) {
    text = choice == kAdvanceTime
               ? "time passes"
               : absl::StrCat("runs ", ThreadName(static_cast<ThreadSlot>(choice)));
  } else {
    text = absl::StrCat("chooses ", choice);
  }
  Print(absl::StrCat("       *  weir: ", text, "\n"));
}

void Printer::OnOutput(ThreadSlot thread, int fd, std::string_view text) {
  const std::string name = ThreadName(thread);
  std::string& pending = unfinished_[name];
  pending.append(text);
  size_t begin = 0;
  for (size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
    PrintLine(name, fd, pending.substr(begin, end - begin));
  }
  pending.erase(0, begin);
}

void Printer::OnFact(ThreadSlot thread, std::string_view key, int64_t value) {
  if (!points_) return;
  if (json_) {
    PrintJson({{"fact", std::string(key)}, {"value", value}, {"thread", ThreadName(thread)}});
  } else {
    Print(
        absl::StrCat("       =  ", ThreadName(thread), ": ", std::string(key), " = ", value, "\n"));
  }
}

void Printer::Flush() {
  for (const auto& [thread, text] : unfinished_) {
    if (!text.empty()) PrintLine(thread, kStandardOutput, text);
  }
  unfinished_.clear();
}

void Printer::PrintLine(const std::string& thread, int fd, const std::string& line) const {
  if (json_) {
    PrintJson({{"output", line}, {"thread", thread}, {"fd", fd}});
  } else {
    Print(absl::StrCat(thread, "| ", line, "\n"));
  }
}

}  // namespace weir::sim
