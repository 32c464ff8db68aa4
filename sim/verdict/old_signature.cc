#include "sim/verdict/old_signature.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "sim/engine/object.h"
#include "sim/verdict/identity.h"

namespace weir::sim {
namespace {

constexpr size_t kLongestOracle = 48;
constexpr size_t kCallers = 2;

std::string OperationAt(const Standing& thread) {
  std::string text(OpName(thread.op));
  if (!thread.function.empty()) absl::StrAppend(&text, "@", thread.function);
  if (!thread.place.empty()) absl::StrAppend(&text, " ", thread.place);
  if (!thread.callers.empty()) absl::StrAppend(&text, " ", thread.callers);
  return text;
}

std::vector<std::string> StuckParts(VerdictKind kind, const std::vector<Standing>& threads) {
  std::vector<std::string> parts;
  if (kind == VerdictKind::kNoProgress) {
    // Heartbeats and the like are there in every run, wherever they stand.
    for (const Standing& thread : threads) {
      if (!thread.runnable && !thread.timed) parts.push_back(OperationAt(thread));
    }
    if (!parts.empty()) return parts;
  }
  for (const Standing& thread : threads) {
    if (!thread.runnable) parts.push_back(OperationAt(thread));
  }
  if (!parts.empty()) return parts;
  for (const Standing& thread : threads) parts.push_back(thread.function);
  return parts;
}

std::string FileName(std::string_view oracle) {
  std::string name(oracle.substr(0, kLongestOracle));
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') c = '_';
  }
  return name;
}

}  // namespace

Standing StandingOf(const ThreadReport* thread, const std::vector<Frame>& stack) {
  Standing standing;
  if (thread != nullptr) {
    standing.runnable = thread->runnable;
    standing.failed = thread->failed;
    standing.timed = thread->deadline_ns.has_value();
    standing.op = thread->op;
  }
  size_t callers = 0;
  for (const Frame& frame : stack) {
    if (!frame.in_user_code) continue;
    if (standing.function.empty()) {
      standing.function = ShortFunction(frame.function);
      standing.place = ShortPlace(frame);
    } else if (callers++ < kCallers) {
      absl::StrAppend(&standing.callers, callers == 1 ? "< " : " < ",
                      ShortFunction(frame.function));
    }
  }
  return standing;
}

std::vector<std::string> OldSignatureParts(const Verdict& verdict,
                                           const std::vector<Standing>& threads) {
  std::vector<std::string> parts;
  if (IsStuckKind(verdict.kind)) {
    parts = StuckParts(verdict.kind, threads);
  } else if (verdict.kind == VerdictKind::kDataRace) {
    for (const Standing& access : threads) {
      parts.push_back(absl::StrCat(access.function, " ", access.place));
    }
  } else if (verdict.oracle[0] != '\0') {
    parts.emplace_back(verdict.oracle);
  } else {
    for (const Standing& thread : threads) {
      if (thread.failed && !thread.function.empty()) parts.push_back(thread.function);
    }
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

std::string OldSignature(const Verdict& verdict, const std::vector<Standing>& threads) {
  const std::string kind(VerdictName(verdict.kind));
  if (!verdict.failed()) return kind;
  const std::vector<std::string> parts = OldSignatureParts(verdict, threads);
  if (parts.empty()) return kind;
  if (!IsStuckKind(verdict.kind) && verdict.oracle[0] != '\0') {
    return absl::StrCat(kind, "-", FileName(parts[0]));
  }
  std::string all;
  for (const std::string& part : parts) absl::StrAppend(&all, part, "\n");
  return absl::StrCat(kind, "-", absl::Hex(PathHash(all) >> 16, absl::kZeroPad12));
}

}  // namespace weir::sim
