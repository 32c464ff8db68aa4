#include "fence/trace.h"

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// As JSON wants it; barrier names may hold anything.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      absl::StrAppend(&quoted, "\\", std::string(1, c));
    } else if (code < 0x20) {
      absl::StrAppend(&quoted, "\\u", absl::Hex(code, absl::kZeroPad4));
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "\"";
}

}  // namespace

int64_t BacklogOf(const Target& target, const Observed& observed) {
  return Distance(observed.progress, target.stamp).value_or(0);
}

std::string ToTraceText(const TraceRecord& r) {
  return absl::StrCat(
      "[barrier] iteration=", r.round, " name=", r.name, " process=", r.target.observer,
      " sender=", r.target.sender, " backlog_before=", r.backlog_before,
      " backlog_after=", r.backlog_after, " drained=", r.backlog_before - r.backlog_after,
      " epoch=", r.target.stamp.epoch, " baseline=", r.target.baseline, " delta=", r.target.delta,
      " observed=", r.observed.progress.sequence, " armed=", r.target.armed ? 1 : 0);
}

std::string ToTraceJson(const TraceRecord& r) {
  return absl::StrCat("{\"event\":\"barrier\",\"iteration\":", r.round,
                      ",\"name\":", Quoted(r.name), ",\"process\":", r.target.observer,
                      ",\"sender\":", r.target.sender, ",\"backlog_before\":", r.backlog_before,
                      ",\"backlog_after\":", r.backlog_after,
                      ",\"drained\":", r.backlog_before - r.backlog_after,
                      ",\"epoch\":", r.target.stamp.epoch, ",\"baseline\":", r.target.baseline,
                      ",\"delta\":", r.target.delta, ",\"observed\":", r.observed.progress.sequence,
                      ",\"armed\":", r.target.armed ? "true" : "false", "}");
}

void WriteTrace(const TraceRecord& record) {
#if defined(FENCE_TRACE) && FENCE_TRACE == 2
  const std::string line = ToTraceJson(record) + "\n";
#else
  const std::string line = ToTraceText(record) + "\n";
#endif
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace fence
