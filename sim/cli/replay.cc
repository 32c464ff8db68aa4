#include "sim/cli/replay.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/campaign/death.h"
#include "sim/campaign/worker.h"
#include "sim/cli/printer.h"

namespace weir::sim {
namespace {

void PrintOutcome(const ReplayOptions& options, const ScheduleFile& file,
                  const Replayed& replayed) {
  const RunResult& result = replayed.result;
  const std::string verdict(VerdictName(result.verdict.kind));
  if (options.run.json) {
    PrintJson({{"file", file.path},
               {"verdict", verdict},
               {"signature", replayed.report.signature},
               {"headline", replayed.report.headline},
               {"points", result.points},
               {"fingerprint", absl::StrCat(absl::Hex(result.fingerprint, absl::kZeroPad16))},
               {"same", replayed.same.ok()},
               {"unused_edits", replayed.unused_edits},
               {"times", options.run.times}});
    return;
  }
  if (!replayed.same.ok()) return;  // said by ExitWith
  std::string text = absl::StrCat(options.lenient ? "came to " : "reproduced: ", verdict, " after ",
                                  Counted(result.points, "point"), ", fingerprint ",
                                  absl::Hex(result.fingerprint, absl::kZeroPad16), "\n");
  if (!replayed.unused_edits.empty()) {
    absl::StrAppend(&text, replayed.unused_edits.size(), " of ",
                    Counted(file.schedule.edits.size(), "edit"), " did not fit\n");
  }
  if (options.run.times > 1) {
    absl::StrAppend(&text, options.run.times, " of ", options.run.times, " replays were equal\n");
  }
  if (result.verdict.failed()) {
    absl::StrAppend(&text, "\n", replayed.report.headline, "\n\n", ShortText(replayed.report),
                    "\nthe story: ", FileCommand("show", file.path, file.target.path), "\n");
  }
  Print(text);
}

// DataLoss if one of the repetitions differs from the first replay.
absl::Status Repeat(const ReplayOptions& options, const ScheduleFile& file, ReplayMode mode,
                    const RunResult& first, Session& session) {
  for (uint64_t n = 1; n < options.run.times; ++n) {
    const absl::StatusOr<Replayed> again = session.Replay(file.schedule, mode);
    if (!again.ok()) return again.status();
    if (!again->same.ok()) return again->same;
    if (again->result.fingerprint == first.fingerprint && again->result.points == first.points) {
      continue;
    }
    return absl::DataLossError(
        absl::StrCat("replay ", n + 1, " of ", options.run.times, " differs from the first one"));
  }
  return absl::OkStatus();
}

int ReplayInSession(const ReplayOptions& options, const ScheduleFile& file, Session& session) {
  WarnOfOtherBuild(file, session.info());
  const ReplayMode mode = options.lenient ? ReplayMode::kLenient : ReplayMode::kStrict;
  if (!options.run.json) Print(absl::StrCat(RunText(file.schedule), "\n"));
  Printer printer(options.run.trace, options.run.json);
  const absl::StatusOr<Replayed> replayed = session.Replay(file.schedule, mode, &printer);
  printer.Flush();
  if (!replayed.ok()) return ExitWith(AboutFile(file, replayed.status()));
  if (!replayed->same.ok()) {
    PrintOutcome(options, file, *replayed);
    return ExitWith(AboutFile(file, replayed->same));
  }
  // Before it is printed that so many replays were equal.
  const bool failed = replayed->result.verdict.failed();
  Replayed told = *replayed;
  if (absl::Status status = Repeat(options, file, mode, told.result, session); !status.ok()) {
    return ExitWith(AboutFile(file, status));
  }
  PrintOutcome(options, file, told);
  return failed ? kExitFailureFound : kExitNothingFound;
}

// The process that replayed it is gone: the parent looks whether the file says so.
int TellDeath(const ReplayOptions& options, const ScheduleFile& file, const SharedPage& page,
              const ChildEnd& end) {
  const ExpectedVerdict verdict = DeathVerdict(end);
  const Schedule& schedule = file.schedule;
  Replayed replayed;
  replayed.result.verdict.kind = verdict.kind;
  replayed.result.points = page.progress.last_step;
  replayed.result.fingerprint = page.progress.last_fingerprint;
  replayed.report.signature = verdict.signature;
  replayed.report.headline = verdict.message;
  if (!options.lenient && (verdict.signature != schedule.verdict.signature ||
                           replayed.result.points != schedule.points ||
                           replayed.result.fingerprint != schedule.fingerprint)) {
    replayed.same = absl::AbortedError(absl::StrCat(
        "diverged: recorded ", schedule.verdict.signature, " at point ", schedule.points, ", now ",
        verdict.message, " at point ", replayed.result.points));
  }
  ReplayOptions once = options;
  once.run.times = 1;  // each time costs a process, so one has to do
  PrintOutcome(once, file, replayed);
  return replayed.same.ok() ? kExitFailureFound : ExitWith(AboutFile(file, replayed.same));
}

bool IsFile(const std::string& word) {
  std::error_code error;
  return absl::EndsWith(word, ".json") || absl::StrContains(word, '/') ||
         std::filesystem::is_regular_file(word, error);
}

int DoReplay(const ReplayOptions& options) {
  if (!IsFile(options.run.scenario)) {
    if (options.run.seed) return RunOnce(options.run);
    return ExitWith(absl::InvalidArgumentError(absl::StrCat(
        "replay ", options.run.scenario,
        ": no such file; to replay a scenario's execution, give its --seed (and --index)")));
  }
  const absl::StatusOr<ScheduleFile> file =
      OpenScheduleFile(options.run.scenario, options.run.target);
  return file.ok() ? ReplayFile(options, *file) : ExitWith(file.status());
}

}  // namespace

int ReplayFile(const ReplayOptions& options, const ScheduleFile& file) {
  return RunWithFile(
      file, options.run.hang_seconds,
      [&](const ScheduleFile& whole, Session& session) {
        return ReplayInSession(options, whole, session);
      },
      [&](const SharedPage& page, const ChildEnd& end) {
        return TellDeath(options, file, page, end);
      });
}

void AddReplay(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "repeats an execution exactly");
  command
      ->add_option("what", options->run.scenario,
                   "a *.weir.json, a fuzzer's input, or a scenario with --seed")
      ->required();
  AddRunOnceFlags(*command, options->run);
  command->add_flag("--lenient", options->lenient, "leave out edits that do not fit");
  command->callback([&chosen, options] { chosen = [options] { return DoReplay(*options); }; });
}

}  // namespace weir::sim
