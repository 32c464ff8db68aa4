#include "sim/campaign/apart_executor.h"

#include <nlohmann/json.hpp>

#include "sim/campaign/death.h"
#include "sim/campaign/executor.h"
#include "sim/campaign/messages.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

Json ToJson(const Outcome& outcome) {
  return {{"verdict", static_cast<int>(outcome.verdict)},
          {"signature", outcome.signature},
          {"old_signature", outcome.old_signature},
          {"fingerprint", outcome.fingerprint},
          {"points", outcome.points},
          {"unused_edits", outcome.unused_edits},
          {"unused_faults", outcome.unused_faults}};
}

Outcome OutcomeFromJson(const Json& json) {
  return {static_cast<VerdictKind>(json.at("verdict").get<int>()),
          json.at("signature"),
          json.at("old_signature"),
          json.at("fingerprint"),
          json.at("points"),
          json.at("unused_edits"),
          json.at("unused_faults")};
}

// The schedule that a child sent as its last line.
std::optional<Schedule> SentSchedule(const Apart& apart) {
  if (apart.lines.empty()) return std::nullopt;
  const Json json = Json::parse(apart.lines.back(), nullptr, false);
  if (!json.is_object() || !json.contains("schedule")) return std::nullopt;
  absl::StatusOr<Schedule> schedule =
      ParseSchedule(json.at("schedule").get<std::string>(), "what a child wrote down");
  if (!schedule.ok()) return std::nullopt;
  return *std::move(schedule);
}

}  // namespace

Outcome ApartExecutor::Run(const Schedule& schedule) {
  const absl::StatusOr<Apart> apart =
      RunApart(target_, hang_seconds_, [&](Session& session, SharedPage&, int pipe) {
        SendLine(pipe, DumpJson(ToJson(SessionExecutor(session).Run(schedule))));
      });
  if (!apart.ok()) return {};
  if (apart->death) {
    const ExpectedVerdict verdict = DeathVerdict(*apart->death);
    return {.verdict = verdict.kind,
            .signature = verdict.signature,
            .old_signature = OldDeathSignature(verdict.kind),
            .fingerprint = apart->fingerprint,
            .points = apart->points};
  }
  return apart->lines.empty() ? Outcome() : OutcomeFromJson(Json::parse(apart->lines.back()));
}

Schedule ApartExecutor::Record(const Schedule& schedule) {
  Schedule failed = schedule;
  failed.verdict.kind = VerdictKind::kNondeterminism;
  const absl::StatusOr<Apart> apart =
      RunApart(target_, hang_seconds_, [&](Session& session, SharedPage&, int pipe) {
        const Schedule recorded = SessionExecutor(session).Record(schedule);
        SendLine(pipe, DumpJson({{"schedule", FormatSchedule(recorded)}}));
      });
  if (!apart.ok()) return failed;
  if (!apart->death) return SentSchedule(*apart).value_or(failed);
  const absl::StatusOr<Schedule> recorded =
      RecordDeath(target_, hang_seconds_, schedule, [&](Session& session, Observer& observer) {
        session.Replay(schedule, ReplayMode::kLenient, &observer).IgnoreError();
      });
  return recorded.ok() ? *recorded : failed;
}

std::optional<Schedule> ApartExecutor::Search(const Schedule& like, uint64_t point_budget,
                                              uint64_t seed) {
  const absl::StatusOr<Apart> apart =
      RunApart(target_, hang_seconds_, [&](Session& session, SharedPage&, int) {
        SessionExecutor(session).Search(like, point_budget, seed);
      });
  if (!apart.ok() || !apart->death || !apart->logged) return std::nullopt;
  if (DeathVerdict(*apart->death).signature != like.verdict.signature) return std::nullopt;
  absl::StatusOr<Schedule> recorded = RecordDeath(
      target_, hang_seconds_, like,
      [&](Session& session, Observer& observer) { session.Repeat(*apart->logged, observer); });
  if (!recorded.ok() || recorded->verdict.signature != like.verdict.signature) {
    return std::nullopt;
  }
  return *std::move(recorded);
}

}  // namespace weir::sim
