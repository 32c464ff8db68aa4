#include "sim/verdict/report.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "sim/verdict/deed.h"
#include "sim/verdict/identity.h"
#include "sim/verdict/object_text.h"
#include "sim/verdict/old_signature.h"
#include "sim/verdict/race_report.h"

namespace weir::sim {
namespace {

// The stack of each thread, in the order of `threads`; empty where it is not wanted.
std::vector<std::vector<Frame>> Unwind(const std::vector<ThreadReport>& threads, Symbols* symbols,
                                       bool failed_only = false) {
  std::vector<std::vector<Frame>> stacks(threads.size());
  if (symbols == nullptr) return stacks;
  for (size_t i = 0; i < threads.size(); ++i) {
    if (failed_only && !threads[i].failed) continue;
    stacks[i] = Trim(symbols->Unwind(threads[i].registers, threads[i].interrupted));
  }
  return stacks;
}

Waiter MakeWaiter(const ThreadReport& thread, const std::map<ThreadSlot, size_t>& index_of,
                  const std::vector<Frame>& stack, const Symbols* symbols) {
  Waiter waiter;
  waiter.name = thread.name;
  waiter.runnable = thread.runnable;
  waiter.op = thread.op;
  if (thread.object.space != ObjectKey::Space::kNone) {
    waiter.object = ObjectText(thread.object, symbols);
  }
  waiter.place = PlaceOf(stack);
  waiter.deadline_ns = thread.deadline_ns;
  for (const ThreadSlot other : thread.waits_for) {
    if (const auto found = index_of.find(other); found != index_of.end()) {
      waiter.waits_for.push_back(found->second);
    }
  }
  return waiter;
}

Stance MakeStance(const ThreadReport& thread, const std::map<ThreadSlot, size_t>& index_of,
                  const std::vector<Frame>& stack) {
  Stance stance;
  stance.runnable = thread.runnable;
  stance.failed = thread.failed;
  stance.timed = thread.deadline_ns.has_value();
  stance.happened = thread.happened;
  stance.op = thread.op;
  stance.code = CodeOf(stack);
  for (const ThreadSlot other : thread.waits_for) {
    if (const auto found = index_of.find(other); found != index_of.end()) {
      stance.waits_for.push_back(found->second);
    }
  }
  return stance;
}

std::map<ThreadSlot, size_t> IndexOf(const std::vector<ThreadReport>& threads) {
  std::map<ThreadSlot, size_t> index_of;
  for (size_t i = 0; i < threads.size(); ++i) index_of[threads[i].slot] = i;
  return index_of;
}

// What the identity is made of. `stacks` are those of the threads, in their order; of a race those
// of the accesses.
std::vector<Stance> Stances(const RunResult& result,
                            const std::vector<std::vector<Frame>>& stacks) {
  std::vector<Stance> stances;
  if (result.verdict.kind == VerdictKind::kDataRace) {
    for (const std::vector<Frame>& stack : stacks) stances.push_back({.code = CodeOf(stack)});
    return stances;
  }
  const std::map<ThreadSlot, size_t> index_of = IndexOf(result.threads);
  for (size_t i = 0; i < result.threads.size(); ++i) {
    stances.push_back(MakeStance(result.threads[i], index_of, stacks[i]));
  }
  return stances;
}

std::string OldSignatureOf(const RunResult& result, const std::vector<std::vector<Frame>>& stacks) {
  const bool is_race = result.verdict.kind == VerdictKind::kDataRace;
  std::vector<Standing> standings;
  for (size_t i = 0; i < stacks.size(); ++i) {
    standings.push_back(StandingOf(is_race ? nullptr : &result.threads[i], stacks[i]));
  }
  return OldSignature(result.verdict, standings);
}

// The end of the story of the thread that failed.
LastRow MakeLastRow(const RunResult& result, const std::vector<std::vector<Frame>>& identifying,
                    const std::string& place, const Symbols* symbols) {
  LastRow last = {LastDeed(result, symbols), place, ""};
  if (result.verdict.kind != VerdictKind::kDataRace) return last;
  last.place = PlaceOf(identifying[0]);
  last.note = absl::StrCat(result.earlier_thread, " ", Deed(result.race.earlier, Tense::kPast),
                           " it", Bracketed(PlaceOf(identifying[1])));
  return last;
}

std::string DeadlockHeadline(const std::vector<Waiter>& waiters) {
  const std::vector<size_t> cycle = FindCycle(waiters);
  if (!cycle.empty()) {
    std::vector<std::string> waits;
    for (size_t i = 0; i < cycle.size(); ++i) {
      const Waiter& next = waiters[cycle[(i + 1) % cycle.size()]];
      waits.push_back(absl::StrCat(waiters[cycle[i]].name, " waits for ", next.name));
    }
    return absl::StrCat("deadlock: ", absl::StrJoin(waits, ", "));
  }
  const auto blocked = std::count_if(waiters.begin(), waiters.end(),
                                     [](const Waiter& waiter) { return !waiter.runnable; });
  if (blocked == 0) return "deadlock: nothing can run and no timer is pending";
  const Waiter& first =
      *std::find_if(waiters.begin(), waiters.end(), [](const Waiter& w) { return !w.runnable; });
  std::string text = absl::StrCat("deadlock: ", first.name, " waits in ",
                                  std::string(OpName(first.op)), " for ever");
  if (!first.place.empty()) absl::StrAppend(&text, " (", first.place, ")");
  if (blocked > 1) absl::StrAppend(&text, "; ", blocked, " threads wait and none can run");
  return text;
}

// Whoever waits without a deadline, and for nobody in particular who could still do something.
std::string NoProgressHeadline(const std::vector<Waiter>& waiters, const std::string& message) {
  std::string text = absl::StrCat("no progress: ", message);
  const auto stuck = [](const Waiter& w) { return !w.runnable && !w.deadline_ns; };
  const auto first = std::find_if(waiters.begin(), waiters.end(), stuck);
  if (first == waiters.end()) return text;
  absl::StrAppend(&text, "; ", first->name, " waits in ", std::string(OpName(first->op)));
  if (!first->place.empty()) absl::StrAppend(&text, " (", first->place, ")");
  absl::StrAppend(&text, " and nobody is left to wake it");
  const auto others = std::count_if(waiters.begin(), waiters.end(), stuck) - 1;
  if (others > 0) absl::StrAppend(&text, ", as ", others, others == 1 ? " other" : " others");
  return text;
}

std::string KindInWords(VerdictKind kind) {
  return absl::StrReplaceAll(std::string(VerdictName(kind)), {{"_", " "}});
}

std::string FrameLine(const Frame& frame) {
  const std::string function = ShortFunction(frame.function);
  if (frame.file.empty()) return function;
  if (frame.file.starts_with("/usr/")) return absl::StrCat(function, "  <", ShortPlace(frame), ">");
  return absl::StrCat(function, "  ", frame.file, ":", frame.line);
}

}  // namespace

std::string Headline(const Verdict& verdict, const std::string& thread, const std::string& place,
                     const std::vector<Waiter>& waiters) {
  std::string message(absl::StripAsciiWhitespace(std::string(verdict.message)));
  message = absl::StrReplaceAll(message, {{"\n", "; "}});
  if (!verdict.failed()) return "passed";
  const bool says_all =
      verdict.kind == VerdictKind::kAssertion || verdict.kind == VerdictKind::kLimit;
  if (says_all && !message.empty()) return message;
  if (verdict.kind == VerdictKind::kNoProgress) return NoProgressHeadline(waiters, message);
  std::string text;
  if (verdict.kind == VerdictKind::kDeadlock) {
    text = DeadlockHeadline(waiters);
  } else {
    text = KindInWords(verdict.kind);
    if (!thread.empty()) absl::StrAppend(&text, " in ", thread);
    if (!place.empty()) absl::StrAppend(&text, " (", place, ")");
  }
  // The engine's message repeats the kind now and then; the reader needs it once.
  if (!message.empty() && text.find(message) == std::string::npos &&
      message.find(text) == std::string::npos && verdict.kind != VerdictKind::kDeadlock) {
    absl::StrAppend(&text, ": ", message);
  }
  return text;
}

Report MakeReport(const RunResult& result, Symbols* symbols) {
  Report report;
  report.verdict = result.verdict;
  const std::vector<std::vector<Frame>> stacks = Unwind(result.threads, symbols);
  const std::map<ThreadSlot, size_t> index_of = IndexOf(result.threads);
  std::string place;
  for (size_t i = 0; i < result.threads.size(); ++i) {
    const ThreadReport& thread = result.threads[i];
    report.waiters.push_back(MakeWaiter(thread, index_of, stacks[i], symbols));
    // In a deadlock the one that came last has not failed more than the others.
    const bool failed = thread.failed && !IsStuckKind(result.verdict.kind);
    report.waiters.back().failed = failed && result.verdict.kind != VerdictKind::kLimit;
    ThreadStack stack{thread.name, failed, thread.runnable, stacks[i]};
    if (failed) {
      report.thread = thread.name;
      place = PlaceOf(stacks[i]);
      report.stacks.insert(report.stacks.begin(), std::move(stack));
    } else {
      report.stacks.push_back(std::move(stack));
    }
  }
  const bool is_race = result.verdict.kind == VerdictKind::kDataRace;
  const auto identifying = is_race ? RacingStacks(result.race, symbols) : stacks;
  if (is_race) {
    report.headline = RaceHeadline(result, report.thread, identifying, symbols);
    report.note = UnseenNote(result, report.thread);
    ThreadStack earlier{result.earlier_thread, false, false, identifying[1]};
    earlier.role = "the earlier access";
    report.stacks.insert(report.stacks.begin() + !report.stacks.empty(), std::move(earlier));
  } else {
    report.headline = Headline(result.verdict, report.thread, place, report.waiters);
  }
  if (!report.thread.empty()) report.last = MakeLastRow(result, identifying, place, symbols);
  report.signature = Signature(result.verdict, Stances(result, identifying));
  report.old_signature = OldSignatureOf(result, identifying);
  return report;
}

std::string SignatureOf(const RunResult& result, Symbols* symbols) {
  const bool is_race = result.verdict.kind == VerdictKind::kDataRace;
  const bool failed_only = !IsStuckKind(result.verdict.kind);
  const auto stacks =
      is_race ? RacingStacks(result.race, symbols) : Unwind(result.threads, symbols, failed_only);
  return Signature(result.verdict, Stances(result, stacks));
}

std::string StacksText(const std::vector<ThreadStack>& stacks, size_t frames) {
  // Identical stacks once: five idle workers are one story.
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // text, names
  for (const ThreadStack& stack : stacks) {
    std::string text;
    for (size_t i = 0; i < std::min(frames, stack.frames.size()); ++i) {
      absl::StrAppend(&text, "  #", i, i < 10 ? "  " : " ", FrameLine(stack.frames[i]), "\n");
    }
    if (stack.frames.size() > frames) {
      absl::StrAppend(&text, "  … ", stack.frames.size() - frames, " more\n");
    }
    if (stack.frames.empty()) text = "  (no frames of the target)\n";
    if (stack.failed || !stack.role.empty())
      text += " ";  // never folded into another one; the blank is cut off below
    const std::string name =
        absl::StrCat(stack.name, stack.failed ? " (failed)" : "", Bracketed(stack.role));
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&text](const auto& group) { return group.first == text; });
    if (same == groups.end()) {
      groups.push_back({text, {name}});
    } else {
      same->second.push_back(name);
    }
  }
  std::string all;
  for (const auto& [text, names] : groups) {
    absl::StrAppend(&all, absl::StrJoin(names, ", "), ":\n",
                    std::string(absl::StripTrailingAsciiWhitespace(text)), "\n");
  }
  return all;
}

// Beyond them the stacks, equal ones told once, say more than the list does.
constexpr size_t kWaitersInShort = 8;

std::string ShortText(const Report& report, size_t frames) {
  std::string text;
  std::vector<ThreadStack> stacks = report.stacks;
  if (IsStuckKind(report.verdict.kind) || report.verdict.kind == VerdictKind::kLimit) {
    absl::StrAppend(&text, "who waits for whom\n",
                    WaitForText(report.waiters, IsStuckKind(report.verdict.kind), kWaitersInShort),
                    "\n");
  } else {
    // Where somebody failed, the others are for the whole report.
    std::erase_if(stacks,
                  [](const ThreadStack& stack) { return !stack.failed && stack.role.empty(); });
  }
  if (!stacks.empty()) absl::StrAppend(&text, "stacks\n", StacksText(stacks, frames));
  absl::StrAppend(&text, report.note);
  return text;
}

std::string FullText(const Report& report) {
  std::string text;
  if (!report.waiters.empty()) {
    absl::StrAppend(&text, "who waits for whom\n",
                    WaitForText(report.waiters, IsStuckKind(report.verdict.kind)), "\n");
  }
  if (!report.stacks.empty()) absl::StrAppend(&text, "stacks\n", StacksText(report.stacks));
  absl::StrAppend(&text, report.note);
  return text;
}

}  // namespace weir::sim
