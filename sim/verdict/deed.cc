#include "sim/verdict/deed.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sim/verdict/object_text.h"

namespace weir::sim {
namespace {

std::string AssertionText(std::string_view oracle) {
  if (oracle.starts_with("assert:")) return "assertion fails";
  if (oracle.starts_with("expect:")) return "expectation fails";
  if (oracle == "abort") return "calls abort()";
  if (oracle == "terminate") return "calls std::terminate()";
  if (oracle == "exit_status") return "ends the program with an error";
  return absl::StrCat("fails the check ", std::string(oracle));
}

std::string InWords(std::string_view oracle) {
  return absl::StrReplaceAll(std::string(oracle), {{"_", " "}});
}

}  // namespace

std::string Deed(const RacingAccess& access, Tense tense) {
  const bool now = tense == Tense::kPresent;
  if (access.frees) return now ? "frees" : "freed";
  const char* const verb = access.write ? (now ? "writes" : "wrote") : (now ? "reads" : "read");
  return absl::StrCat(access.atomic ? "atomically " : "", verb);
}

std::string LaterAccess(const RunResult& result, const Symbols* symbols) {
  return absl::StrCat(Deed(result.race.later, Tense::kPresent), " ", result.race.bytes,
                      result.race.bytes == 1 ? " byte at " : " bytes at ",
                      ObjectText(result.race_object, symbols));
}

std::string LastDeed(const RunResult& result, const Symbols* symbols) {
  const std::string_view oracle = result.verdict.oracle;
  switch (result.verdict.kind) {
    case VerdictKind::kAssertion:
      return AssertionText(oracle);
    case VerdictKind::kUncaughtException:
      return "throws what nobody catches";
    case VerdictKind::kCrash:
      return absl::StrCat("crashes (", InWords(oracle), ")");
    case VerdictKind::kStackOverflow:
      return "overflows its stack";
    case VerdictKind::kHang:
      return "goes on without a scheduling point";
    case VerdictKind::kMutexMisuse:
      return absl::StrCat("misuse (", InWords(oracle), ")");
    case VerdictKind::kUnsupportedCall:
      return absl::StrCat("calls ", std::string(oracle), ", which weir does not simulate");
    case VerdictKind::kDataRace:
      return LaterAccess(result, symbols);
    default:
      return "";
  }
}

}  // namespace weir::sim
