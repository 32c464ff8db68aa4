#include "sim/posix/race_suppressions.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/engine/run.h"
#include "sim/engine/world.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

struct Suppression {
  const char* function;
  const char* scenario;  // null: in all
};
struct CodeRange {
  uint64_t begin, end;  // distances from kTargetAddress
  const char* scenario;
};

// Of the process; constant once the target is loaded.
std::vector<Suppression> g_suppressions;
std::vector<CodeRange> g_ranges;

// The name of a function, or of an inlined one, without parameters.
std::string NameOf(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) == nullptr) {
    const char* const plain = dwarf_diename(die);
    return plain == nullptr ? "" : plain;
  }
  const char* const linkage = dwarf_formstring(&attribute);
  int status = 0;
  char* const demangled = abi::__cxa_demangle(linkage, nullptr, nullptr, &status);
  if (demangled == nullptr) return linkage;
  std::string name(demangled);
  std::free(demangled);
  constexpr std::string_view kAnonymous = "(anonymous namespace)";
  size_t parameters = 0;
  while ((parameters = name.find('(', parameters)) != std::string::npos &&
         name.compare(parameters, kAnonymous.size(), kAnonymous) == 0) {
    ++parameters;  // no parameters, but a part of the name
  }
  return name.substr(0, parameters);
}

bool Matches(std::string_view name, std::string_view wanted) {
  if (name == wanted) return true;
  if (!name.ends_with(wanted)) return false;
  const std::string_view before = name.substr(0, name.size() - wanted.size());
  return before.ends_with("::") || before.ends_with(" ");  // a return type of a template
}

void AddRanges(Dwarf_Die* die, const char* scenario) {
  Dwarf_Addr base = 0, begin = 0, end = 0;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &begin, &end)) > 0;) {
    g_ranges.push_back({begin - kTargetAddress, end - kTargetAddress, scenario});
  }
}

void AddFunction(Dwarf_Die* die) {
  const std::string name = NameOf(die);
  for (const Suppression& suppression : g_suppressions) {
    if (Matches(name, suppression.function)) AddRanges(die, suppression.scenario);
  }
}

void Search(Dwarf_Die* die) {
  for (;;) {
    const int tag = dwarf_tag(die);
    if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) AddFunction(die);
    Dwarf_Die child;
    if (dwarf_child(die, &child) == 0) Search(&child);
    Dwarf_Die next;
    if (dwarf_siblingof(die, &next) != 0) return;
    *die = next;
  }
}

}  // namespace

void SuppressRaces(const char* function, const char* scenario) {
  HostScope host;
  g_suppressions.push_back({function, scenario});
  if (std::string_view(function) == "*") g_ranges.push_back({0, ~uint64_t{0}, scenario});
}

absl::Status ResolveRaceSuppressions(const std::string& target_path) {
  if (g_suppressions.empty()) return absl::OkStatus();
  const int file = open(target_path.c_str(), O_RDONLY | O_CLOEXEC);
  Dwarf* const dwarf = file < 0 ? nullptr : dwarf_begin(file, DWARF_C_READ);
  bool units = false;
  Dwarf_Off at = 0, next = 0;
  size_t header = 0;
  while (dwarf != nullptr &&
         dwarf_nextcu(dwarf, at, &next, &header, nullptr, nullptr, nullptr) == 0) {
    Dwarf_Die unit;
    if (dwarf_offdie(dwarf, at + header, &unit) != nullptr) Search(&unit);
    units = true;
    at = next;
  }
  if (dwarf != nullptr) dwarf_end(dwarf);
  if (file >= 0) close(file);
  if (units) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(target_path, ": no debug information (-g) to find ", g_suppressions[0].function,
                   " in, whose races are suppressed"));
}

bool IsSuppressedRace(const RaceSites& sites) {
  const std::string_view running = g_run.scenario->name;
  for (size_t i = 0; i < kRaceSites; ++i) {
    const uint32_t site = sites.at[i];
    if (site == 0 && i > 0) return false;
    const uint64_t call = site == 0 ? 0 : site - 1;  // from nowhere: only "*" is there
    for (const CodeRange& range : g_ranges) {
      if (call < range.begin || call >= range.end) continue;
      if (range.scenario == nullptr || running == range.scenario) return true;
    }
  }
  return false;
}

}  // namespace weir::sim
