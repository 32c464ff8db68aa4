#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/campaign/death.h"
#include "sim/campaign/explain.h"
#include "sim/campaign/narrator.h"
#include "sim/campaign/worker.h"
#include "sim/cli/common.h"
#include "sim/cli/schedule_file.h"
#include "sim/schedule/observer_list.h"
#include "sim/schedule/recorder.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

// Events of an execution that are kept for its story.
constexpr size_t kTraceEvents = 200'000;

struct ShowOptions {
  std::string file;
  TargetFlags target;
  size_t width = 0;  // 0: the terminal's
  size_t last = 6;
  double hang_seconds = kDefaultHangSeconds;
};

std::string OriginText(const Origin& origin) {
  if (origin.strategy == kFuzzInput) return "a fuzzer's input";
  std::string text = absl::StrCat("execution ", origin.index, " of seed ", origin.campaign_seed,
                                  ", strategy ", origin.strategy);
  // What the file says repeats the execution; which of its members that was is for people. Older
  // files do not name it: there the index alone decided.
  std::string member = origin.member;
  if (member.empty() && origin.strategy == kDefaultStrategy) {
    member = TurnOf(origin.strategy, origin.index).strategy->name;
  }
  if (!member.empty()) absl::StrAppend(&text, " (", member, ")");
  return text;
}

std::string Header(const ScheduleFile& file, const Replayed& replayed) {
  const Schedule& schedule = file.schedule;
  return absl::StrCat(replayed.report.headline, "\n\n", "verdict   ",
                      std::string(VerdictName(replayed.result.verdict.kind)), "  (",
                      replayed.report.signature, ")\n", "scenario  ", RunText(schedule), "\n",
                      "found as  ", OriginText(schedule.origin), "\n", "schedule  ",
                      Counted(schedule.edits.size(), "edit"), " and ",
                      Counted(schedule.faults.size(), "fault"), " to the default, ",
                      Counted(replayed.result.points, "point"), ", ",
                      TimeText(replayed.result.time_ns), " of virtual time\n");
}

// An execution is re-run as the file says, and what that does is told, also when the target has
// changed.
int ShowInSession(const ShowOptions& options, const ScheduleFile& file, Session& session) {
  WarnOfOtherBuild(file, session.info());
  Recorder recorder(EngineNames(), {.trace_events = kTraceEvents});
  PlaceObserver places(kTraceEvents);
  ObserverList observers({&recorder, &places});
  const absl::StatusOr<Replayed> replayed =
      session.Replay(file.schedule, ReplayMode::kStrict, &observers);
  if (!replayed.ok()) return ExitWith(AboutFile(file, replayed.status()));

  // The recorder's own edits: those that the trace refers to.
  Schedule recorded = file.schedule;
  recorder.FillIn(recorded);
  StoryOptions story_options;
  story_options.width = options.width != 0 ? options.width : TerminalWidth();
  story_options.last = options.last;
  const Story story =
      MakeStory(recorder.trace(), recorded, replayed->report, &places, session.symbols());

  const Explanation explanation =
      Explain(session, recorded, recorder.trace(), places, replayed->report);

  std::string text = Header(file, *replayed);
  absl::StrAppend(&text, "\nthe story\n", StoryTable(story, story_options));
  if (const std::string why = ExplanationText(explanation); !why.empty())
    absl::StrAppend(&text, "\n", why);
  absl::StrAppend(&text, "\n", FullText(replayed->report));
  absl::StrAppend(&text, "\nreplay  ", FileCommand("replay", file.path, file.target.path), "\n");
  Print(text);
  if (!replayed->same.ok()) return ExitWith(AboutFile(file, replayed->same));
  return kExitNothingFound;  // it was shown, which is all that was asked
}

// The process that was to show it is gone, as the file may say: it has no stacks to show.
int ShowDeath(const ScheduleFile& file, const ChildEnd& end) {
  const ExpectedVerdict verdict = DeathVerdict(end);
  Print(absl::StrCat(
      verdict.message, "\n\nverdict   ", std::string(VerdictName(verdict.kind)), "  (",
      verdict.signature, ")\nscenario  ", RunText(file.schedule), "\nfound as  ",
      OriginText(file.schedule.origin), "\nschedule  ", Counted(file.schedule.edits.size(), "edit"),
      " and ", Counted(file.schedule.faults.size(), "fault"), " to the default\n\n",
      "Its process is gone, and with it the stacks. What led to its end, point by point:\n",
      FileCommand("replay", file.path, file.target.path), " --trace\n"));
  return kExitNothingFound;
}

int DoShow(const ShowOptions& options) {
  const absl::StatusOr<ScheduleFile> file = OpenScheduleFile(options.file, options.target);
  if (!file.ok()) return ExitWith(file.status());
  return RunWithFile(
      *file, options.hang_seconds,
      [&](const ScheduleFile& whole, Session& session) {
        return ShowInSession(options, whole, session);
      },
      [&](const SharedPage&, const ChildEnd& end) { return ShowDeath(*file, end); });
}

}  // namespace

void AddShow(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "the story of a schedule, one column per thread");
  command->add_option("file", options->file, "a *.weir.json, or a fuzzer's input")->required();
  AddTargetFlags(*command, options->target);
  AddHangSeconds(*command, options->hang_seconds);
  command->add_option("--width", options->width, "columns of text; the terminal's by default")
      ->check(CLI::Range(size_t{60}, size_t{1000}));
  command->add_option("--last", options->last, "events per thread before the end")
      ->capture_default_str()
      ->check(CLI::Range(size_t{1}, size_t{100000}));
  command->callback([&chosen, options] { chosen = [options] { return DoShow(*options); }; });
}

}  // namespace weir::sim
