#include "sim/campaign/probe.h"

#include <poll.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sim/campaign/messages.h"
#include "sim/campaign/session.h"
#include "sim/campaign/supervisor.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

constexpr int kPollMilliseconds = 100;

Json ToJson(const Probe& probe) {
  Json json = {{"passed", probe.passed},
               {"faults_possible", probe.chances.faults.bits()},
               {"others", probe.chances.others},
               {"alone", probe.chances.alone}};
  if (probe.exploration) {
    json["executions"] = probe.exploration->executions;
    json["strategy"] = probe.exploration->strategy;
    json["faults"] = probe.exploration->faults;
    if (probe.exploration->seed) json["seed"] = *probe.exploration->seed;
  }
  return json;
}

Probe FromJson(const Json& json) {
  const Chances chances = {FaultSet::FromBits(json.at("faults_possible")), json.at("others"),
                           json.at("alone")};
  Probe probe{json.at("passed"), chances, std::nullopt};
  if (!json.contains("executions")) return probe;
  probe.exploration = {json.at("executions"), json.at("strategy"), json.at("faults"), std::nullopt};
  if (json.contains("seed")) probe.exploration->seed = json.at("seed").get<uint64_t>();
  return probe;
}

Probe Run(Session& session, const std::string& scenario) {
  RunOptions options;
  options.scenario = session.Find(scenario);
  DefaultStrategy strategy;
  TakeExploration();
  const RunResult result = session.Execute(options, strategy);
  return {!result.verdict.failed(), result.chances, TakeExploration()};
}

// In the child: a line for each scenario from `first` on, or what is wrong with the target.
int RunFrom(const std::string& target, const std::vector<std::string>& scenarios, size_t first,
            SharedPage& page, int pipe) {
  absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(target, page);
  if (!session.ok()) {
    SendLine(pipe, DumpJson({{"error", std::string(session.status().message())},
                             {"code", static_cast<int>(session.status().code())}}));
    return 0;
  }
  for (size_t i = first; i < scenarios.size(); ++i) {
    if (!SendLine(pipe, DumpJson(ToJson(Run(**session, scenarios[i]))))) break;
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::vector<Probe>> ProbeInChild(const std::string& target,
                                                const std::vector<std::string>& scenarios,
                                                double hang_seconds) {
  std::vector<Probe> probes;
  while (probes.size() < scenarios.size()) {
    const size_t first = probes.size();
    absl::StatusOr<Child> child = Child::Start(
        [&](SharedPage& page, int pipe) { return RunFrom(target, scenarios, first, page, pipe); });
    if (!child.ok()) return child.status();
    LineReader reader(child->pipe());
    ChildEnd end;
    for (bool ended = false; !ended;) {
      pollfd waited = {child->pipe(), POLLIN, 0};
      poll(&waited, 1, kPollMilliseconds);
      child->Watch(hang_seconds);
      ended = child->Ended(&end);  // before the last look into the pipe
      for (const std::string& line : reader.Read()) {
        const Json json = Json::parse(line);
        if (json.contains("error")) {
          return absl::Status(static_cast<absl::StatusCode>(json.at("code").get<int>()),
                              json.at("error").get<std::string>());
        }
        probes.push_back(FromJson(json));
      }
    }
    // Whoever ran when it died; the next child goes on behind.
    if (probes.size() < scenarios.size()) probes.emplace_back();
  }
  return probes;
}

}  // namespace weir::sim
