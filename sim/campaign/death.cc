#include "sim/campaign/death.h"

#include <poll.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/campaign/messages.h"
#include "sim/schedule/observer_list.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

constexpr int kPollMilliseconds = 100;

// Sends the last words from a point on.
class Teller final : public Observer {
 public:
  Teller(const LastWords& last, uint64_t from, int pipe) : last_(last), from_(from), pipe_(pipe) {
    if (from_ == 0) Tell();
  }

  void OnPoint(const PointEvent& event) override {
    step_ = event.step;
    running_ = event.thread;
    Tell();
  }
  void OnDecision(const Point& point, Choice choice) override {
    if (point.kind == DecisionKind::kRun && choice < kMaxThreads) {
      running_ = static_cast<ThreadSlot>(choice);
    }
    Tell();
  }
  // Where only one thread can run nothing is decided.
  void OnResult(ThreadSlot thread, uint64_t) override {
    running_ = thread;
    Tell();
  }
  void OnCrash(ThreadSlot, bool) override { Tell(); }

 private:
  void Tell() const {
    if (step_ < from_) return;
    SendLine(pipe_, DumpJson({{"words", last_.words(running_)}}));
  }

  const LastWords& last_;
  const uint64_t from_;
  const int pipe_;
  uint64_t step_ = 0;
  ThreadSlot running_ = kNoThread;
};

absl::Status ErrorIn(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("error")) continue;
    return absl::Status(static_cast<absl::StatusCode>(json.at("code").get<int>()),
                        json.at("error").get<std::string>());
  }
  return absl::OkStatus();
}

// Reads what the child sends until it has come to its end.
ChildEnd Await(Child& child, double hang_seconds, std::vector<std::string>& lines) {
  LineReader reader(child.pipe());
  ChildEnd end;
  for (bool ended = false; !ended;) {
    pollfd waited = {child.pipe(), POLLIN, 0};
    poll(&waited, 1, kPollMilliseconds);
    child.Watch(hang_seconds);
    ended = child.Ended(&end);  // before the last look into the pipe
    for (std::string& line : reader.Read()) lines.push_back(std::move(line));
  }
  return end;
}

std::string DeathText(const Apart& apart) {
  if (!apart.death) return "came to its end";
  return absl::StrCat(EndText(*apart.death), " after ", apart.points, " points");
}

bool SameDeath(const Apart& one, const Apart& other) {
  return one.death && other.death && EndText(*one.death) == EndText(*other.death) &&
         one.points == other.points && one.fingerprint == other.fingerprint;
}

}  // namespace

std::string EndText(const ChildEnd& end) {
  if (end.hung) return "did not reach a scheduling point, did not answer, and was killed";
  if (end.signal != 0) {
    return absl::StrCat("was killed by signal ", end.signal, " (", strsignal(end.signal), ")");
  }
  return absl::StrCat("exited with status ", end.exit_status);
}

std::string OldDeathSignature(VerdictKind kind) {
  return absl::StrCat(std::string(VerdictName(kind)), "-process");
}

ExpectedVerdict DeathVerdict(const ChildEnd& end) {
  const VerdictKind kind = end.hung ? VerdictKind::kHang : VerdictKind::kCrash;
  std::string signature = OldDeathSignature(kind);
  if (!end.hung && end.signal != 0) absl::StrAppend(&signature, "-signal-", end.signal);
  if (!end.hung && end.signal == 0) absl::StrAppend(&signature, "-exit-", end.exit_status);
  return {kind, signature, absl::StrCat("the process that ran it ", EndText(end)), ""};
}

bool IsDeath(const ExpectedVerdict& verdict) {
  const std::string any = OldDeathSignature(verdict.kind);
  return verdict.signature == any || absl::StartsWith(verdict.signature, absl::StrCat(any, "-"));
}

std::optional<LoggedRun> LoggedIn(const SharedPage& page) {
  const DecisionLog* const log = page.log;
  if (log == nullptr || log->overflowed) return std::nullopt;
  LoggedRun logged;
  logged.run.scenario = page.scenario;
  logged.run.execution.campaign_seed = page.execution.campaign_seed;
  logged.run.execution.index = page.execution.index;
  logged.run.step_cap = page.step_cap;
  logged.values.assign(page.values, page.values + page.value_count);
  logged.deviations.assign(log->entries, log->entries + log->size);
  return logged;
}

absl::StatusOr<Apart> RunApart(const std::string& target, double hang_seconds,
                               const ApartBody& body) {
  absl::StatusOr<Child> child = Child::Start([&](SharedPage& page, int pipe) {
    absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(target, page);
    if (session.ok()) {
      body(**session, page, pipe);
    } else {
      SendLine(pipe, DumpJson({{"error", std::string(session.status().message())},
                               {"code", static_cast<int>(session.status().code())}}));
    }
    return 0;
  });
  if (!child.ok()) return child.status();
  Apart apart;
  const ChildEnd end = Await(*child, hang_seconds, apart.lines);
  if (absl::Status status = ErrorIn(apart.lines); !status.ok()) return status;
  const SharedPage& page = child->page();
  if (page.executing.load() != 0) {
    apart.death = end;
    apart.points = page.progress.last_step;
    apart.fingerprint = page.progress.last_fingerprint;
    apart.logged = LoggedIn(page);
  } else if (end.signal != 0 || end.exit_status != 0) {
    return absl::InternalError(
        absl::StrCat("the process that was to repeat an execution ", EndText(end)));
  }
  return apart;
}

absl::StatusOr<Told> TellLastWords(const std::string& target, double hang_seconds,
                                   const Repetition& repeat, const LastWords& last) {
  const absl::StatusOr<Apart> first =
      RunApart(target, hang_seconds, [&](Session& session, SharedPage&, int) {
        Observer nobody;
        repeat(session, nobody);
      });
  if (!first.ok()) return first.status();
  if (!first->death) return absl::AbortedError(DeathText(*first));
  absl::StatusOr<Apart> second =
      RunApart(target, hang_seconds, [&](Session& session, SharedPage&, int pipe) {
        Observer& watcher = last.watch(session, first->points);
        Teller teller(last, first->points, pipe);
        ObserverList both({&watcher, &teller});
        repeat(session, both);
      });
  if (!second.ok()) return second.status();
  const Json words =
      second->lines.empty() ? Json() : Json::parse(second->lines.back(), nullptr, false);
  if (!SameDeath(*first, *second) || !words.is_object()) {
    return absl::AbortedError(absl::StrCat(DeathText(*first), ", then ", DeathText(*second)));
  }
  return Told{words.at("words"), *std::move(second)};
}

absl::StatusOr<Schedule> RecordDeath(const std::string& target, double hang_seconds,
                                     const Schedule& blank, const Repetition& repeat) {
  Schedule schedule = blank;  // the child's
  std::optional<Recorder> recorder;
  const LastWords last = {
      [&](Session& session, uint64_t points) -> Observer& {
        schedule.tool = WEIR_VERSION;
        schedule.target = session.info().name;
        schedule.build = session.info().build_id;
        recorder.emplace(EngineNames(), RecorderOptions{.total_points = points});
        return *recorder;
      },
      [&](ThreadSlot running) {
        schedule.verdict.thread = running == kNoThread ? "" : ThreadPath(running);
        recorder->FillIn(schedule);
        return recorder->whole() ? FormatSchedule(schedule) : std::string();
      }};
  const absl::StatusOr<Told> told = TellLastWords(target, hang_seconds, repeat, last);
  if (!told.ok()) return told.status();
  if (told->text.empty()) return absl::FailedPreconditionError("it has too many edits");
  absl::StatusOr<Schedule> written = ParseSchedule(told->text, "what a child wrote down");
  if (!written.ok()) return absl::InternalError(std::string(written.status().message()));
  const std::string thread = written->verdict.thread;
  written->verdict = DeathVerdict(*told->end.death);
  written->verdict.thread = thread;
  written->points = told->end.points;
  written->fingerprint = told->end.fingerprint;
  return written;
}

}  // namespace weir::sim
