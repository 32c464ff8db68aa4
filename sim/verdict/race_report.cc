#include "sim/verdict/race_report.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/verdict/deed.h"

namespace weir::sim {
namespace {

// Where an access of a race stands, as far up as is known.
std::vector<Frame> StackOf(const RacingAccess& access, Symbols* symbols) {
  std::vector<Frame> stack;
  if (symbols == nullptr) return stack;
  for (const uint64_t return_to : access.return_to) {
    if (return_to == 0) break;
    const std::vector<Frame>& at = symbols->At(return_to - 1);
    stack.insert(stack.end(), at.begin(), at.end());
  }
  return Trim(std::move(stack));
}

}  // namespace

std::string PlaceOf(const std::vector<Frame>& stack) {
  const Frame* frame = UserFrame(stack);
  return frame == nullptr ? "" : ShortPlace(*frame);
}

std::string Bracketed(const std::string& place) {
  return place.empty() ? "" : absl::StrCat(" (", place, ")");
}

std::vector<std::vector<Frame>> RacingStacks(const RaceInfo& race, Symbols* symbols) {
  return {StackOf(race.later, symbols), StackOf(race.earlier, symbols)};
}

std::string RaceHeadline(const RunResult& result, const std::string& thread,
                         const std::vector<std::vector<Frame>>& accesses, const Symbols* symbols) {
  const RaceInfo& race = result.race;
  return absl::StrCat(race.earlier.frees ? "data race, use after free: " : "data race: ", thread,
                      " ", LaterAccess(result, symbols), Bracketed(PlaceOf(accesses[0])),
                      ", which ", result.earlier_thread, " ", Deed(race.earlier, Tense::kPast),
                      Bracketed(PlaceOf(accesses[1])), "; nothing orders the two",
                      race.later.frees ? ", so it may be used after it is freed" : "");
}

std::string UnseenNote(const RunResult& result, const std::string& thread) {
  const UnseenCalls& unseen = result.race.unseen;
  if (unseen.library == nullptr) return "";
  const auto part = [](const std::string& who, std::string_view function, const char* when) {
    if (function.empty()) return absl::StrCat(who, " is a thread of its own");
    return absl::StrCat(who, " called ", std::string(function), "() ", when);
  };
  return absl::StrCat("note: ", unseen.library,
                      " may order the two accesses without being seen:\n      ",
                      part(result.earlier_thread, unseen.earlier, "after its access"), ",\n      ",
                      part(thread, unseen.later, "before its own"),
                      ".\n      If it does, there is no race: see WEIR_ORDERS in sim/weir.h.\n");
}

}  // namespace weir::sim
