#include "sim/verdict/identity.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/engine/object.h"

namespace weir::sim {
namespace {

// The failing frame and its callers. One caller tells apart who calls a check; the second who calls
// the wrapper around it. With more of them one mistake in a common function has many identities.
constexpr size_t kFrames = 3;
// Where the user's own oracle says which check it is.
constexpr size_t kFramesOfOracle = 2;
constexpr size_t kLongestSlug = 40;
constexpr size_t kHashDigits = 12;

using Parts = std::vector<std::string>;

std::string At(const CodePlace& place) { return absl::StrCat(place.function, "+", place.line); }

std::string Where(const Stance& stance) { return CodeText(stance.code, kFrames); }

std::string Role(const Stance& stance) {
  return stance.code.empty() ? "" : stance.code.back().function;
}

std::string InnermostFunction(const Stance& stance) {
  return stance.code.empty() ? "" : stance.code.front().function;
}

// "G(int) < F()", without lines.
std::string Functions(const Stance& stance) {
  Parts functions;
  for (size_t i = 0; i < std::min(kFramesOfOracle, stance.code.size()); ++i) {
    functions.push_back(stance.code[i].function);
  }
  return absl::StrJoin(functions, " < ");
}

std::string Wait(const Stance& stance) {
  return absl::StrCat(std::string(OpName(stance.op)), "@", Where(stance));
}

std::string WaitInRole(const Stance& stance) {
  return absl::StrCat(Wait(stance), " in ", Role(stance));
}

bool IsStuck(const Stance& stance) { return !stance.runnable && !stance.timed; }

void SortAndDropEqual(Parts& parts) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
}

// The cycle that a walk from `start` comes back to it by; empty if it does not.
Parts CycleFrom(const std::vector<Stance>& stances, size_t start) {
  Parts cycle;
  for (size_t at = start; cycle.size() <= stances.size();) {
    const Stance& stance = stances[at];
    if (!IsStuck(stance) || stance.waits_for.empty()) return {};
    cycle.push_back(WaitInRole(stance));
    at = stance.waits_for.front();
    if (at == start) return cycle;
    if (at >= stances.size()) return {};
  }
  return {};
}

// Neighbours that are alike count once, and so does a row that repeats: five philosophers wait as
// three do.
void DropRepeats(Parts& cycle) {
  cycle.erase(std::unique(cycle.begin(), cycle.end()), cycle.end());
  while (cycle.size() > 1 && cycle.front() == cycle.back()) cycle.pop_back();
  for (size_t period = 1; period < cycle.size(); ++period) {
    const auto from = cycle.begin() + static_cast<std::ptrdiff_t>(period);
    if (cycle.size() % period != 0 || !std::equal(from, cycle.end(), cycle.begin())) continue;
    cycle.resize(period);
    return;
  }
}

// Of all cycles, and of the ways to read one, the first in the order of the texts.
Parts Cycle(const std::vector<Stance>& stances) {
  Parts first;
  for (size_t start = 0; start < stances.size(); ++start) {
    Parts cycle = CycleFrom(stances, start);
    if (cycle.empty()) continue;
    DropRepeats(cycle);
    for (size_t i = 0; i < cycle.size(); ++i) {
      std::rotate(cycle.begin(), cycle.begin() + 1, cycle.end());
      if (first.empty() || cycle < first) first = cycle;
    }
  }
  return first;
}

bool WaitsForSomebody(const Stance& stance) {
  return !stance.waits_for.empty() || stance.op == Op::kThreadJoin || stance.op == Op::kProcessJoin;
}

// Those of the blocked that tell most: see the header.
Parts Waits(const std::vector<Stance>& stances) {
  using Rule = bool (*)(const Stance&);
  constexpr Rule kRules[] = {
      [](const Stance& one) { return IsStuck(one) && one.happened; },
      [](const Stance& one) { return IsStuck(one) && !WaitsForSomebody(one); },
      [](const Stance& one) { return IsStuck(one); },
      [](const Stance& one) { return !one.runnable; },
  };
  for (const Rule rule : kRules) {
    Parts parts;
    for (const Stance& stance : stances) {
      if (rule(stance)) parts.push_back(Wait(stance));
    }
    if (!parts.empty()) return parts;
  }
  return {};
}

Parts HangParts(const std::vector<Stance>& stances) {
  Parts parts = Cycle(stances);
  if (!parts.empty()) return parts;
  parts = Waits(stances);
  SortAndDropEqual(parts);
  if (!stances.empty()) parts.push_back(absl::StrCat("in ", Role(stances.front())));
  return parts;
}

// Where in its loop a thread is caught differs from run to run, so there are no lines.
std::string Loop(const Stance& stance) {
  return absl::StrCat(InnermostFunction(stance), " in ", Role(stance));
}

Parts LoopParts(const std::vector<Stance>& stances) {
  Parts parts;
  for (const Stance& stance : stances) {
    if (!stance.runnable) continue;
    parts.push_back(Loop(stance));
  }
  if (parts.empty()) parts = Waits(stances);
  SortAndDropEqual(parts);
  return parts;
}

// The stack ends in whatever function it ended in; what recurs has filled it.
Parts RecursionParts(const Stance& failed) {
  std::map<std::string, int> count;
  for (const CodePlace& place : failed.code) ++count[place.function];
  Parts parts;
  for (const auto& [function, times] : count) {
    if (times > 1) parts.push_back(function);
  }
  if (parts.empty()) parts.push_back(InnermostFunction(failed));
  return parts;
}

Parts RaceParts(const std::vector<Stance>& accesses) {
  Parts parts;
  for (const Stance& access : accesses) {
    if (!access.code.empty()) parts.push_back(At(access.code.front()));
  }
  SortAndDropEqual(parts);
  return parts;
}

// Of assert() and of GoogleTest's expectations: "assert:table.cc:16".
bool IsPlace(std::string_view oracle) {
  return oracle.starts_with("assert:") || oracle.starts_with("expect:");
}

// The oracle; without the line of a place, which counts from the beginning of the file.
std::string Reason(const Verdict& verdict) {
  std::string reason = verdict.oracle;
  if (IsPlace(reason)) reason.resize(reason.rfind(':'));
  if (verdict.kind == VerdictKind::kUncaughtException) {
    // "terminate called after throwing an instance of 'T':  what(): …"
    const std::string_view message = verdict.message;
    const size_t begin = message.find('\'');
    const size_t end = message.find('\'', begin + 1);
    if (end != std::string_view::npos) {
      absl::StrAppend(&reason, " ", std::string(message.substr(begin, end + 1 - begin)));
    }
  }
  return reason;
}

// An oracle of the user's, or what weir calls a misuse, tells more than a function; the name of a
// signal does not.
bool IsTelling(const Verdict& verdict) {
  const std::string_view oracle = verdict.oracle;
  return !oracle.empty() && !IsStuckKind(verdict.kind) && verdict.kind != VerdictKind::kCrash &&
         verdict.kind != VerdictKind::kStackOverflow && verdict.kind != VerdictKind::kHang &&
         verdict.kind != VerdictKind::kUncaughtException &&
         verdict.kind != VerdictKind::kDataRace && oracle != "abort" && oracle != "terminate" &&
         !IsPlace(oracle);
}

Parts FailedParts(const Verdict& verdict, const std::vector<Stance>& stances) {
  Parts parts = {Reason(verdict)};
  for (const Stance& stance : stances) {
    if (!stance.failed) continue;
    if (verdict.kind == VerdictKind::kStackOverflow) {
      parts = RecursionParts(stance);
    } else if (verdict.kind == VerdictKind::kHang) {
      parts.push_back(InnermostFunction(stance));
    } else if (verdict.kind == VerdictKind::kAssertion && IsTelling(verdict)) {
      parts.push_back(Functions(stance));
    } else {
      parts.push_back(Where(stance));
    }
  }
  return parts;
}

std::string Slug(std::string_view text) {
  std::string slug(text.substr(0, kLongestSlug));
  for (char& c : slug) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.') c = '_';
  }
  return slug;
}

// The last of the frames that count, but for the thread's first: who waits says more than in what.
std::string Waiter(const Stance& stance) {
  const size_t counted = std::min(kFrames, std::max<size_t>(stance.code.size(), 2) - 1);
  return stance.code[counted - 1].name;
}

// Whether it has a part in it.
bool IsTold(const Verdict& verdict, const Stance& stance, const Parts& parts) {
  if (verdict.kind == VerdictKind::kDataRace) return true;
  if (!IsStuckKind(verdict.kind)) return stance.failed;
  const auto is_part = [&](const std::string& part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  return is_part(Wait(stance)) || is_part(WaitInRole(stance)) || is_part(Loop(stance));
}

// Of a stack that overflowed: the first of the functions that count, by name.
std::string Recurring(const Stance& failed, const Parts& parts) {
  std::string first;
  for (const CodePlace& place : failed.code) {
    const bool counts = std::find(parts.begin(), parts.end(), place.function) != parts.end();
    if (counts && (first.empty() || place.name < first)) first = place.name;
  }
  return first;
}

std::string NameOf(const Verdict& verdict, const Stance& stance, const Parts& parts) {
  if (verdict.kind == VerdictKind::kStackOverflow) return Recurring(stance, parts);
  const bool waits = IsStuckKind(verdict.kind) && !stance.runnable;
  return waits ? Waiter(stance) : stance.code.front().name;
}

// A function's name for people, the first of those who have a part in it.
std::string FunctionOf(const Verdict& verdict, const std::vector<Stance>& stances,
                       const Parts& parts) {
  std::string first;
  for (const Stance& stance : stances) {
    if (stance.code.empty() || !IsTold(verdict, stance, parts)) continue;
    const std::string name = NameOf(verdict, stance, parts);
    if (first.empty() || name < first) first = name;
  }
  return first;
}

}  // namespace

bool IsStuckKind(VerdictKind kind) {
  return kind == VerdictKind::kDeadlock || kind == VerdictKind::kLivelock ||
         kind == VerdictKind::kNoProgress;
}

std::vector<CodePlace> CodeOf(const std::vector<Frame>& stack) {
  const bool has_users = UserFrame(stack) != nullptr;
  std::vector<CodePlace> code;
  for (const Frame& frame : stack) {
    if (!(has_users ? frame.in_user_code : frame.in_target)) continue;
    code.push_back({QualifiedFunction(frame.function), ShortFunction(frame.function),
                    frame.line - frame.function_line});
  }
  return code;
}

std::string CodeText(const std::vector<CodePlace>& code, size_t frames) {
  Parts places;
  for (size_t i = 0; i < std::min(frames, code.size()); ++i) places.push_back(At(code[i]));
  return absl::StrJoin(places, " < ");
}

std::vector<std::string> IdentityParts(const Verdict& verdict, const std::vector<Stance>& stances) {
  switch (verdict.kind) {
    case VerdictKind::kPass:
      return {};
    case VerdictKind::kDeadlock:
    case VerdictKind::kNoProgress:
      return HangParts(stances);
    case VerdictKind::kLivelock:
      return LoopParts(stances);
    case VerdictKind::kDataRace:
      return RaceParts(stances);
    case VerdictKind::kLimit:
      return {verdict.oracle};
    default:
      return FailedParts(verdict, stances);
  }
}

std::string Signature(const Verdict& verdict, const std::vector<Stance>& stances) {
  std::string signature(VerdictName(verdict.kind));
  if (!verdict.failed()) return signature;
  const Parts parts = IdentityParts(verdict, stances);
  const std::string slug =
      Slug(IsTelling(verdict) ? std::string(verdict.oracle) : FunctionOf(verdict, stances, parts));
  if (!slug.empty()) absl::StrAppend(&signature, "-", slug);
  const uint64_t hash = PathHash(absl::StrJoin(parts, "\n"));
  absl::StrAppend(&signature, "-", absl::Hex(hash >> 16, absl::kZeroPad12));
  return signature;
}

bool HasOracle(std::string_view signature, std::string_view kind, std::string_view oracle) {
  const std::string named = absl::StrCat(std::string(kind), "-", Slug(oracle));
  if (!signature.starts_with(named)) return false;
  signature.remove_prefix(named.size());
  return signature.empty() || (signature.size() == kHashDigits + 1 && signature[0] == '-');
}

}  // namespace weir::sim
