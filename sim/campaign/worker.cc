#include "sim/campaign/worker.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/campaign/messages.h"
#include "sim/campaign/verify.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

// Of a stack in a progress report; `weir show` tells the whole.
constexpr size_t kFramesInShort = 6;

class Worker {
 public:
  Worker(const WorkerOptions& options, const Store& store, SharedPage& page, int pipe,
         Session& session)
      : options_(options),
        plan_(options.plan),
        systematic_(IsSystematic(plan_.strategy)),
        store_(store),
        page_(page),
        pipe_(pipe),
        session_(session),
        // Without keep_going the lowest index that fails is looked for, and verified are rows of
        // them.
        turns_(options.plan.strategy, options.share, options.keep_going && !options.verify,
               options.from ? &*options.from : nullptr) {
    plan_.extent.part = options.share.first;
    plan_.extent.parts = options.share.stride;
  }

  void Run();

 private:
  void ReplayRegressions();
  void Fail(const absl::Status& status, std::string_view about);
  bool RunIndex(uint64_t index);
  void VerifyRecording(const SearchRun& run, const RunResult& result);
  void Verify(const Share& batch);
  void HandleFailure(const SearchRun& run, const RunResult& result);
  bool IsKnown(const SearchRun& run, const RunResult& result);
  void NoteSettled(const SearchRun& run, const RunResult& result);
  void Tell(const Finding& finding, uint64_t index, std::string_view regression = {});
  bool Stopped(uint64_t index) const {
    return index >= page_.stop_at.load() || failed_ || exhausted_;
  }

  const WorkerOptions& options_;
  FuzzPlan plan_;
  const bool systematic_;
  const Store& store_;
  SharedPage& page_;
  const int pipe_;
  Session& session_;
  Turns turns_;
  bool failed_ = false;     // and not to go on
  bool exhausted_ = false;  // a systematic strategy has no other execution
  std::set<std::string> signatures_;
  std::set<std::string> settled_;  // scenarios whose executions are all the same, and pass
  std::vector<ColdResult> warm_;   // verify: of this batch
};

// Leniently: since it was written the code has changed.
void Worker::ReplayRegressions() {
  for (const Regression& regression : options_.regressions) {
    if (Stopped(0)) return;
    const absl::StatusOr<Replayed> replayed =
        session_.Replay(regression.schedule, ReplayMode::kLenient);
    if (!replayed.ok()) return Fail(replayed.status(), regression.name);
    page_.executions.fetch_add(1);
    page_.points.fetch_add(replayed->result.points);
    if (!replayed->result.verdict.failed()) continue;
    page_.recording.store(1);
    const absl::StatusOr<Finding> finding = session_.RecordReplay(regression.schedule);
    if (!finding.ok()) return Fail(finding.status(), regression.name);
    signatures_.insert(finding->report.signature);
    Tell(*finding, 0, regression.name);
    page_.recording.store(0);
    failed_ = !options_.keep_going;
  }
}

void Worker::Fail(const absl::Status& status, std::string_view about) {
  SendLine(
      pipe_,
      DumpJson({{"error", absl::StrCat(std::string(about), ": ", std::string(status.message()))},
                {"code", static_cast<int>(status.code())}}));
  failed_ = true;
}

void Worker::Run() {
  page_.cursors = turns_.cursors();
  ReplayRegressions();
  for (bool more = true; more;) {
    const uint64_t batch = options_.verify ? kVerifyBatch : ~uint64_t{0};
    Share part{turns_.cursors()[0], options_.share.stride, turns_.cursors()[0]};
    more = false;
    for (uint64_t n = 0; n < batch; ++n) {
      const std::optional<uint64_t> index = turns_.Next();
      more = index && !Stopped(*index);
      if (!more) break;
      page_.cursors = turns_.cursors();
      RunIndex(*index);
      part.end = *index + part.stride;
    }
    if (!warm_.empty()) Verify(part);
  }
}

// Verified is that executions are the same, so none is left out. Parameters that are drawn make
// them differ.
void Worker::NoteSettled(const SearchRun& run, const RunResult& result) {
  if (options_.verify || systematic_ || result.verdict.failed()) return;
  if (session_.info().Find(run.scenario)->parameters.size() > run.fixed.size()) return;
  if (!NothingToChoose(result.chances, plan_.faults)) return;
  settled_.insert(run.scenario);
  page_.settled.store(static_cast<uint32_t>(settled_.size()));
  exhausted_ = settled_.size() == plan_.scenarios.size();
}

bool Worker::RunIndex(uint64_t index) {
  const SearchRun run = PlannedRun(plan_, index);
  if (settled_.contains(run.scenario)) {
    turns_.Spent(index, 0);
    return true;
  }
  const RunResult result = session_.Search(run);
  page_.executions.fetch_add(1);
  page_.points.fetch_add(result.points);
  turns_.Spent(index, result.points);
  const auto member = static_cast<size_t>(&session_.MemberOf(run) - Strategies().data());
  page_.by_strategy[member % kMostStrategies].fetch_add(1);
  page_.fingerprints.Add(result.fingerprint);
  for (uint64_t asked = result.sometimes_asked; asked != 0; asked &= asked - 1) {
    const int i = std::countr_zero(asked);
    page_.sometimes[i].asked.fetch_add(1);
    page_.sometimes[i].held.fetch_add(result.sometimes_held >> i & 1);
  }
  if (options_.verify) {
    warm_.push_back({index, result.fingerprint, result.points, result.verdict.kind});
    VerifyRecording(run, result);
  } else if (result.verdict.failed()) {
    HandleFailure(run, result);
  }
  NoteSettled(run, result);
  if (systematic_) {
    Strategy& strategy = session_.StrategyOf(run);
    exhausted_ = !strategy.Advance();
    page_.coverage = strategy.coverage();
  }
  return !result.verdict.failed();
}

// True if this worker has told of such a failure: then it is only counted.
bool Worker::IsKnown(const SearchRun& run, const RunResult& result) {
  if (signatures_.empty()) return false;
  const std::string signature = session_.SignatureOfRun(run, result);
  if (!signatures_.contains(signature)) return false;
  FailureMessage message;
  message.index = run.execution.index;
  message.signature = signature;
  message.repeats = 1;
  SendLine(pipe_, DumpJson({{"failure", ToJson(message)}}));
  return true;
}

void Worker::HandleFailure(const SearchRun& run, const RunResult& result) {
  // To find out once more that an execution hangs need not take as long.
  page_.recording.store(1);
  page_.expect_hang.store(result.verdict.kind == VerdictKind::kHang);
  if (!IsKnown(run, result)) {
    const Finding finding = session_.Record(run, result);
    signatures_.insert(finding.report.signature);
    turns_.Found(run.execution.index);
    Tell(finding, run.execution.index);
  }
  page_.expect_hang.store(0);
  page_.recording.store(0);
  failed_ = !options_.keep_going;
}

void Worker::Tell(const Finding& finding, uint64_t index, std::string_view regression) {
  const absl::StatusOr<std::string> file = store_.PutFound(finding.schedule);
  if (!file.ok()) {
    SendLine(pipe_, DumpJson({{"error", std::string(file.status().message())},
                              {"code", static_cast<int>(file.status().code())}}));
  }
  FailureMessage message;
  message.index = index;
  message.regression = regression;
  message.verdict = VerdictName(finding.report.verdict.kind);
  message.signature = finding.report.signature;
  message.headline = finding.report.headline;
  message.scenario = RunText(finding.schedule);
  message.file = file.value_or("");
  message.text = ShortText(finding.report, kFramesInShort);
  message.edits = finding.schedule.edits.size();
  message.points = finding.schedule.points;
  message.only_by_seed = !finding.whole;
  SendLine(pipe_, DumpJson({{"failure", ToJson(message)}}));
}

// What the recorder writes down of an execution is all of it, whatever came of it.
void Worker::VerifyRecording(const SearchRun& run, const RunResult& result) {
  if (result.verdict.kind == VerdictKind::kHang) return;  // each repetition takes as long
  page_.recording.store(1);
  const Finding finding = session_.Record(run, result);
  page_.recording.store(0);
  if (finding.report.verdict.kind != VerdictKind::kNondeterminism) return;
  Tell(finding, run.execution.index);
  failed_ = !options_.keep_going;
}

void Worker::Verify(const Share& batch) {
  const absl::StatusOr<std::vector<ColdResult>> cold = RunCold(options_.plan, batch);
  if (!cold.ok()) {
    return Fail(cold.status(), "the cold process");
  }
  for (size_t i = 0; i < warm_.size() && !failed_; ++i) {
    const std::string difference = DifferenceOf(warm_[i], (*cold)[i]);
    if (difference.empty()) continue;
    const SearchRun run = PlannedRun(options_.plan, warm_[i].index);
    Tell(MakeVerifyFinding(session_, run, warm_[i], difference), warm_[i].index);
    failed_ = !options_.keep_going;
  }
  warm_.clear();
}

}  // namespace

Json ToJson(const FailureMessage& message) {
  return {{"index", message.index},         {"verdict", message.verdict},
          {"signature", message.signature}, {"headline", message.headline},
          {"scenario", message.scenario},   {"file", message.file},
          {"text", message.text},           {"edits", message.edits},
          {"points", message.points},       {"regression", message.regression},
          {"repeats", message.repeats},     {"only_by_seed", message.only_by_seed}};
}

FailureMessage FailureFromJson(const Json& json) {
  return {json.at("index"),      json.at("verdict"),  json.at("signature"),
          json.at("headline"),   json.at("scenario"), json.at("file"),
          json.at("text"),       json.at("edits"),    json.at("points"),
          json.at("regression"), json.at("repeats"),  json.at("only_by_seed")};
}

std::string RunText(const Schedule& schedule) {
  std::string text = schedule.scenario;
  for (const Parameter& parameter : schedule.parameters) {
    absl::StrAppend(&text, " ", parameter.name, "=");
    std::visit([&text](const auto& value) { absl::StrAppend(&text, value); }, parameter.value);
  }
  return text;
}

int RunWorker(const WorkerOptions& options, const Store& store, SharedPage& page, int pipe) {
  absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(options.plan.target, page);
  const absl::Status status =
      session.ok() ? CheckBuild(options.plan, (*session)->info().build_id) : session.status();
  if (!status.ok()) {
    SendLine(pipe, DumpJson({{"error", std::string(status.message())},
                             {"code", static_cast<int>(status.code())}}));
    return 3;
  }
  Worker(options, store, page, pipe, **session).Run();
  return 0;
}

}  // namespace weir::sim
