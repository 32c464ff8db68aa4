#include "sim/minimize/minimize.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/campaign/also_found.h"
#include "sim/campaign/apart_executor.h"
#include "sim/campaign/death.h"
#include "sim/campaign/executor.h"
#include "sim/campaign/minimal_identity.h"
#include "sim/campaign/worker.h"
#include "sim/cli/common.h"
#include "sim/cli/schedule_file.h"

namespace weir::sim {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

struct MinimizeFlags {
  std::string file;
  std::string output;
  std::string time = "60s";
  TargetFlags target;
  double hang_seconds = kDefaultHangSeconds;
  bool json = false;
};

// first.weir.json becomes minimal.weir.json beside it, as in a campaign's directory; x.weir.json
// becomes x.minimal.weir.json.
std::string DefaultOutput(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string name = path.filename().string();
  if (name == "first.weir.json") return (path.parent_path() / "minimal.weir.json").string();
  std::string stem = name;
  for (const char* suffix : {".weir.json", ".json"}) {
    if (absl::EndsWith(stem, suffix)) {
      stem.resize(stem.size() - std::string_view(suffix).size());
      break;
    }
  }
  return (path.parent_path() / absl::StrCat(stem, ".minimal.weir.json")).string();
}

std::string OutputOf(const MinimizeFlags& flags, const ScheduleFile& file) {
  return flags.output.empty() ? DefaultOutput(file.path) : flags.output;
}

void TellImprovement(const MinimizeFlags& flags, const Schedule& schedule,
                     Clock::time_point start) {
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (flags.json) {
    PrintJson({{"event", "improved"},
               {"seconds", seconds},
               {"edits", schedule.edits.size()},
               {"faults", schedule.faults.size()},
               {"points", schedule.points},
               {"scenario", RunText(schedule)}});
    return;
  }
  Print(absl::StrFormat("%6.1f s  %10s  %15s  %s\n", seconds,
                        Counted(schedule.edits.size(), "edit"), Counted(schedule.points, "point"),
                        RunText(schedule)));
}

Json ToJson(const ScheduleSize& size) {
  return {{"edits", size.edits}, {"faults", size.faults}, {"points", size.points}};
}

void TellResult(const MinimizeFlags& flags, const Minimized& minimized, const std::string& output,
                const ScheduleFile& file, const MinimalIdentity& identity,
                const AlsoFound& also_found) {
  const MinimizeReport& report = minimized.report;
  const std::string replay = FileCommand("replay", output, file.target.path);
  const std::string show = FileCommand("show", output, file.target.path);
  if (flags.json) {
    Json passes = Json::array();
    for (const PassReport& pass : report.passes) {
      passes.push_back({{"name", pass.name}, {"tries", pass.tries}, {"successes", pass.successes}});
    }
    PrintJson({{"event", "end"},
               {"file", output},
               {"before", ToJson(report.before)},
               {"after", ToJson(report.after)},
               {"scenario", RunText(minimized.schedule)},
               {"tries", report.tries},
               {"rounds", report.rounds},
               {"finished", report.finished},
               {"passes", passes},
               {"signature", minimized.schedule.verdict.signature},
               {"identity", identity.name},
               {"hinges", identity.hinges},
               {"also_found", also_found.files()},
               {"replay", replay}});
    return;
  }
  std::string text = absl::StrCat("\n", minimized.schedule.verdict.message, "\n\n");
  absl::StrAppend(&text, "edits   ", report.before.edits, " → ", report.after.edits, "\n");
  absl::StrAppend(&text, "points  ", Grouped(report.before.points), " → ",
                  Grouped(report.after.points), "\n");
  absl::StrAppend(&text, "runs    ", RunText(minimized.schedule), "\n");
  absl::StrAppend(&text, "tries   ", Counted(report.tries, "execution"), " in ",
                  Counted(report.rounds, "round"), report.finished ? "" : ", until the time was up",
                  "\n");
  absl::StrAppend(&text, "failure ", identity.name, "\n");
  absl::StrAppend(&text, "file    ", DisplayPath(output), "\nreplay  ", replay, "\nshow    ", show,
                  "\n", also_found.Text());
  Print(text);
}

using IdentityOf = std::function<MinimalIdentity(const Schedule& minimal)>;

int MinimizeWith(const MinimizeFlags& flags, std::chrono::nanoseconds time,
                 const ScheduleFile& file, const TargetInfo& target, Executor& executor,
                 AlsoFound& also_found, const IdentityOf& identity_of) {
  WarnOfOtherBuild(file, target);
  const absl::StatusOr<const ScenarioInfo*> scenario = FindScenario(target, file.schedule.scenario);
  if (!scenario.ok()) return ExitWith(AboutFile(file, scenario.status()));
  const std::string output = OutputOf(flags, file);

  const Clock::time_point start = Clock::now();
  absl::Status written;
  MinimizeOptions options;
  options.parameters = (*scenario)->parameters;
  options.expired = [&] { return !written.ok() || Clock::now() - start >= time; };
  options.improved = [&](const Schedule& best) {
    if (absl::Status status = WriteSchedule(best, output); !status.ok()) written = status;
    TellImprovement(flags, best, start);
  };
  options.met = [&](const Schedule& candidate, const std::string& signature) {
    if (also_found.IsNew(signature)) also_found.Keep(executor.Record(candidate));
  };
  const absl::StatusOr<Minimized> minimized = Minimize(file.schedule, executor, options);
  if (!minimized.ok()) return ExitWith(AboutFile(file, minimized.status()));
  if (written.ok()) written = WriteSchedule(minimized->schedule, output);
  if (!written.ok()) return ExitWith(absl::InvalidArgumentError(std::string(written.message())));
  TellResult(flags, *minimized, output, file, identity_of(minimized->schedule), also_found);
  return kExitNothingFound;
}

AlsoFound AlsoFoundBeside(const std::string& output) {
  return AlsoFound((std::filesystem::path(output).parent_path() / "also-found").string());
}

int MinimizeInSession(const MinimizeFlags& flags, std::chrono::nanoseconds time,
                      const ScheduleFile& file, Session& session) {
  AlsoFound also_found = AlsoFoundBeside(OutputOf(flags, file));
  SessionExecutor executor(session, [&](Finding other) { also_found.Keep(other.schedule); });
  return MinimizeWith(flags, time, file, session.info(), executor, also_found,
                      [&](const Schedule& minimal) { return IdentityOfMinimal(session, minimal); });
}

// Of a failure that ends its process: each candidate has one of its own.
int MinimizeApart(const MinimizeFlags& flags, std::chrono::nanoseconds time,
                  const ScheduleFile& file) {
  const absl::StatusOr<TargetInfo> target = DescribeInChild(file.target.path);
  if (!target.ok()) return ExitWith(target.status());
  AlsoFound also_found = AlsoFoundBeside(OutputOf(flags, file));
  ApartExecutor executor(file.target.path, flags.hang_seconds);
  return MinimizeWith(flags, time, file, *target, executor, also_found,
                      [](const Schedule& minimal) {
                        return MinimalIdentity{minimal.verdict.signature, {}};
                      });
}

int DoMinimize(const MinimizeFlags& flags) {
  const absl::StatusOr<std::chrono::nanoseconds> time = ParseDuration("--time", flags.time);
  if (!time.ok()) return ExitWith(time.status());
  const absl::StatusOr<ScheduleFile> file = OpenScheduleFile(flags.file, flags.target);
  if (!file.ok()) return ExitWith(file.status());
  if (IsDeath(file->schedule.verdict)) return MinimizeApart(flags, *time, *file);
  return RunWithFile(*file, flags.hang_seconds, [&](const ScheduleFile& whole, Session& session) {
    return MinimizeInSession(flags, *time, whole, session);
  });
}

}  // namespace

void AddMinimize(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<MinimizeFlags>();
  CLI::App* command = app.add_subcommand("minimize", "makes a failing schedule as small as it can");
  command->add_option("file", flags->file, "a *.weir.json, or a fuzzer's input")->required();
  command->add_option("-o,--output", flags->output,
                      "where to write it; minimal.weir.json beside FILE");
  command->add_option("--time", flags->time, "at most so long")->capture_default_str();
  AddTargetFlags(*command, flags->target);
  AddHangSeconds(*command, flags->hang_seconds);
  command->add_flag("--json", flags->json, "one JSON object a line");
  command->callback([&chosen, flags] { chosen = [flags] { return DoMinimize(*flags); }; });
}

}  // namespace weir::sim
