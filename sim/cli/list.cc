#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/campaign/target_info.h"
#include "sim/cli/commands.h"
#include "sim/cli/common.h"
#include "sim/fault/fault.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

struct ListOptions {
  std::string what;
  TargetFlags target;
  bool json = false;
};

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// "workers 1 … 8 (3)", "mode rendezvous|delivery (delivery)".
std::string SpecText(const ParameterSpec& spec) {
  if (spec.names.empty()) {
    return absl::StrCat(spec.name, " ", spec.least, " … ", spec.most, " (", spec.fallback, ")");
  }
  return absl::StrCat(spec.name, " ", absl::StrJoin(spec.names, "|"), " (",
                      spec.names[static_cast<size_t>(spec.fallback)], ")");
}

int ListTargets(const ListOptions& options) {
  for (const std::string& name : TargetNames()) {
    const std::string path = absl::StrCat(TargetFolder(), "/", name, ".so");
    if (options.json) {
      PrintJson({{"target", name}, {"path", path}});
    } else {
      Print(absl::StrCat("  ", Padded(name, 32), DisplayPath(path), "\n"));
    }
  }
  return kExitNothingFound;
}

void PrintScenario(const TargetInfo& target, const ScenarioInfo& scenario, bool json) {
  if (!json) {
    Print(absl::StrCat("  ", scenario.name, scenario.summary.empty() ? "" : "  ", scenario.summary,
                       "\n"));
    for (const ParameterSpec& spec : scenario.parameters) {
      Print(absl::StrCat("      ", SpecText(spec), "\n"));
    }
    return;
  }
  Json parameters = Json::array();
  for (const ParameterSpec& spec : scenario.parameters) {
    parameters.push_back({{"name", spec.name},
                          {"least", spec.least},
                          {"most", spec.most},
                          {"default", spec.fallback},
                          {"names", spec.names}});
  }
  PrintJson({{"scenario", scenario.name},
             {"target", target.name},
             {"summary", scenario.summary},
             {"parameters", parameters}});
}

int ListScenarios(const ListOptions& options) {
  const absl::StatusOr<ChosenTarget> chosen = ChooseTarget(options.target);
  if (!chosen.ok()) return ExitWith(chosen.status());
  const absl::StatusOr<TargetInfo> target = DescribeInChild(chosen->path);
  if (!target.ok()) return ExitWith(target.status());
  for (const ScenarioInfo& scenario : target->scenarios) {
    PrintScenario(*target, scenario, options.json);
  }
  return kExitNothingFound;
}

int ListStrategies(const ListOptions& options) {
  for (const StrategyInfo& info : Strategies()) {
    const std::string name(info.name);
    if (options.json) {
      PrintJson({{"strategy", name},
                 {"summary", std::string(info.summary)},
                 {"default", info.name == kDefaultStrategy}});
    } else {
      Print(absl::StrCat("  ", Padded(name, 14), std::string(info.summary),
                         info.name == kDefaultStrategy ? " (default)" : "", "\n"));
    }
  }
  return kExitNothingFound;
}

int ListFaults(const ListOptions& options) {
  for (const FaultInfo& info : Faults()) {
    const std::string name(FaultName(info.kind));
    if (options.json) {
      PrintJson({{"fault", name}, {"summary", std::string(info.summary)}});
    } else {
      Print(absl::StrCat("  ", Padded(name, 18), std::string(info.summary), "\n"));
    }
  }
  if (!options.json) {
    const absl::StatusOr<FaultSet> windows = ParseFaults(kWindowsProfile);
    Print(absl::StrCat("\n  ", Padded(std::string(kWindowsProfile), 18), "together ",
                       FaultsText(*windows), "\n"));
  }
  return kExitNothingFound;
}

int ListBugs(const ListOptions& options) {
  for (const Bug& bug : Bugs()) {
    if (options.json) {
      PrintJson({{"bug", bug.number},
                 {"name", bug.name},
                 {"expected", bug.verdict},
                 {"scenarios", bug.scenarios}});
    } else {
      Print(absl::StrCat("  ", Padded(bug.name, 40), bug.verdict, "\n"));
    }
  }
  return kExitNothingFound;
}

int List(const ListOptions& options) {
  struct Section {
    const char* name;
    int (*list)(const ListOptions&);
  };
  constexpr Section kSections[] = {{"targets", ListTargets},
                                   {"scenarios", ListScenarios},
                                   {"strategies", ListStrategies},
                                   {"faults", ListFaults},
                                   {"bugs", ListBugs}};
  for (const Section& section : kSections) {
    if (!options.what.empty() && options.what != section.name) continue;
    if (options.what.empty() && !options.json) Print(absl::StrCat(section.name, "\n"));
    if (const int status = section.list(options); status != kExitNothingFound) return status;
  }
  return kExitNothingFound;
}

}  // namespace

void AddList(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      app.add_subcommand("list", "targets, scenarios, strategies, faults and known bugs");
  command->add_option("what", options->what, "one of the five; all when left out")
      ->check(CLI::IsMember({"targets", "scenarios", "strategies", "faults", "bugs"}));
  AddTargetFlags(*command, options->target);
  command->add_flag("--json", options->json, "one JSON object a line");
  command->callback([&chosen, options] { chosen = [options] { return List(*options); }; });
}

}  // namespace weir::sim
