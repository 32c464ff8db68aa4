#include "sim/campaign/target_info.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sim/campaign/messages.h"
#include "sim/campaign/suggest.h"
#include "sim/campaign/supervisor.h"
#include "sim/engine/engine.h"
#include "sim/fault/fault.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

Json ToJson(const TargetInfo& target) {
  Json scenarios = Json::array();
  for (const ScenarioInfo& scenario : target.scenarios) {
    Json parameters = Json::array();
    for (const ParameterSpec& spec : scenario.parameters) {
      parameters.push_back({{"name", spec.name},
                            {"least", spec.least},
                            {"most", spec.most},
                            {"fallback", spec.fallback},
                            {"names", spec.names}});
    }
    scenarios.push_back({{"name", scenario.name},
                         {"summary", scenario.summary},
                         {"expected", scenario.expected},
                         {"parameters", parameters}});
  }
  return {{"path", target.path},           {"name", target.name},
          {"build_id", target.build_id},   {"scenarios", scenarios},
          {"sometimes", target.sometimes}, {"unseen_libraries", target.unseen_libraries}};
}

TargetInfo FromJson(const Json& json) {
  TargetInfo target{json.at("path"),      json.at("name"),
                    json.at("build_id"),  {},
                    json.at("sometimes"), json.at("unseen_libraries")};
  for (const Json& scenario : json.at("scenarios")) {
    ScenarioInfo info{scenario.at("name"), scenario.at("summary"), scenario.at("expected"), {}};
    for (const Json& spec : scenario.at("parameters")) {
      info.parameters.push_back({spec.at("name"), spec.at("least"), spec.at("most"),
                                 spec.at("fallback"), spec.at("names")});
    }
    target.scenarios.push_back(std::move(info));
  }
  return target;
}

// In the child: the target, or what is wrong with it, as one line.
int SendDescription(const std::string& path, int pipe) {
  // Nothing runs here, so a few borrowed threads do.
  absl::Status status = StartEngine({.threads = 2});
  const absl::StatusOr<const Target*> target =
      status.ok() ? LoadTarget(path) : absl::StatusOr<const Target*>(status);
  const Json line = target.ok() ? Json{{"target", ToJson(Describe(**target))}}
                                : Json{{"code", static_cast<int>(target.status().code())},
                                       {"error", std::string(target.status().message())}};
  return SendLine(pipe, DumpJson(line)) ? 0 : 3;
}

}  // namespace

const ScenarioInfo* TargetInfo::Find(std::string_view scenario) const {
  const auto found = std::find_if(scenarios.begin(), scenarios.end(),
                                  [scenario](const ScenarioInfo& s) { return s.name == scenario; });
  return found == scenarios.end() ? nullptr : &*found;
}

TargetInfo Describe(const Target& target) {
  TargetInfo info{target.path, target.name,    target.build_id,
                  {},          SometimesIds(), target.unseen_libraries};
  for (const WeirScenario* scenario : target.scenarios) {
    info.scenarios.push_back({scenario->name, scenario->summary,
                              scenario->expected == nullptr ? "" : scenario->expected,
                              DeclaredParameters(*scenario)});
  }
  return info;
}

std::string UnseenText(const std::string& library) {
  return absl::StrCat(library,
                      " is not instrumented: order that its atomics make is not seen, and "
                      "may be reported as a race (WEIR_ORDERS declares it)");
}

absl::StatusOr<TargetInfo> DescribeInChild(const std::string& path) {
  absl::StatusOr<Child> child =
      Child::Start([&path](SharedPage&, int pipe) { return SendDescription(path, pipe); });
  if (!child.ok()) return child.status();
  LineReader reader(child->pipe());
  const std::vector<std::string> lines = reader.ReadToEnd();
  ChildEnd end;
  while (!child->Ended(&end)) usleep(1000);
  const Json json = lines.empty() ? Json() : Json::parse(lines.back(), nullptr, false);
  if (!json.is_object()) {
    return absl::InternalError(
        absl::StrCat(path, ": loading it ended the process",
                     end.signal != 0 ? absl::StrCat(" with signal ", end.signal)
                                     : absl::StrCat(" with exit status ", end.exit_status)));
  }
  if (!json.contains("target")) {
    return absl::Status(static_cast<absl::StatusCode>(json.at("code").get<int>()),
                        json.at("error").get<std::string>());
  }
  return FromJson(json.at("target"));
}

absl::StatusOr<const ScenarioInfo*> FindScenario(const TargetInfo& target, std::string_view name) {
  if (const ScenarioInfo* found = target.Find(name)) return found;
  std::vector<std::string> known;
  for (const ScenarioInfo& scenario : target.scenarios) known.push_back(scenario.name);
  return UnknownName(absl::StrCat("scenario of ", target.name), name, known);
}

absl::StatusOr<Parameter> ParseSetting(const ScenarioInfo& scenario, std::string_view setting) {
  const size_t equals = setting.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--set ", std::string(setting), ": expected PARAMETER=VALUE"));
  }
  const std::string_view name = setting.substr(0, equals);
  std::vector<std::string> known;
  for (const ParameterSpec& spec : scenario.parameters) {
    if (spec.name == name) return ParseParameter(spec, setting.substr(equals + 1));
    known.push_back(spec.name);
  }
  return UnknownName(absl::StrCat("parameter of ", scenario.name), name, known);
}

absl::StatusOr<std::vector<Parameter>> ParseSettings(const ScenarioInfo& scenario,
                                                     const std::vector<std::string>& settings) {
  std::vector<Parameter> parameters;
  for (const std::string& setting : settings) {
    absl::StatusOr<Parameter> parameter = ParseSetting(scenario, setting);
    if (!parameter.ok()) return parameter.status();
    parameters.push_back(*std::move(parameter));
  }
  // Also catches one that is given twice.
  absl::StatusOr<std::vector<int64_t>> values = ResolveParameters(parameters, scenario.parameters);
  if (!values.ok()) return values.status();
  return parameters;
}

absl::Status CheckStrategy(std::string_view name) {
  std::vector<std::string> known;
  for (const StrategyInfo& info : Strategies()) {
    if (info.name == name) return absl::OkStatus();
    known.emplace_back(info.name);
  }
  return UnknownName("strategy", name, known);
}

namespace {

// The platform of the seed's failures: whoever is woken, or wants to run, waits for a tick.
constexpr FaultKind kOfWindows[] = {FaultKind::kSluggishWakeup, FaultKind::kDelayedWakeup,
                                    FaultKind::kSlowThread, FaultKind::kTimeout};

// The kinds that a name stands for; none if it is not known.
FaultSet KindsOf(std::string_view name) {
  FaultSet kinds = FaultSet::None();
  if (name == kWindowsProfile) {
    for (const FaultKind kind : kOfWindows) kinds.Insert(kind);
  } else if (const std::optional<FaultKind> kind = FaultFromName(name)) {
    kinds.Insert(*kind);
  }
  return kinds;
}

}  // namespace

absl::StatusOr<FaultSet> ParseFaults(std::string_view text) {
  const std::vector<std::string> names = absl::StrSplit(std::string(text), ',');
  FaultSet faults = text.starts_with('-') ? FaultSet::All() : FaultSet::None();
  for (std::string_view name : names) {
    const bool without = name.starts_with('-');
    if (without) name.remove_prefix(1);
    const FaultSet kinds = KindsOf(name);
    if (kinds.empty()) {
      std::vector<std::string> known = {std::string(kWindowsProfile)};
      for (const FaultInfo& info : Faults()) known.emplace_back(FaultName(info.kind));
      return UnknownName("fault", name, known);
    }
    faults =
        FaultSet::FromBits(without ? faults.bits() & ~kinds.bits() : faults.bits() | kinds.bits());
  }
  return faults;
}

std::string FaultsText(FaultSet faults) {
  std::vector<std::string> names;
  for (const FaultInfo& info : Faults()) {
    if (faults.Contains(info.kind)) names.emplace_back(FaultName(info.kind));
  }
  return absl::StrJoin(names, ",");
}

}  // namespace weir::sim
