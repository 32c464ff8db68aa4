#include "sim/campaign/fuzzer.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "sim/campaign/death.h"
#include "sim/campaign/salvage.h"
#include "sim/campaign/target_info.h"
#include "sim/strategy/strategy.h"

namespace weir::sim {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr int kPollMilliseconds = 100;
constexpr auto kProgressEvery = std::chrono::milliseconds(250);
// After the end of a campaign a worker may finish its execution; then it is killed.
constexpr auto kFarewell = std::chrono::seconds(2);
// ... and one that is writing down a failure may finish that.
constexpr auto kFarewellOfRecorder = std::chrono::seconds(60);
// Workers that die one after the other, without an execution in between, tell of a broken machine.
constexpr int kMostDeathsInARow = 8;

volatile sig_atomic_t g_interrupted = 0;  // the signal
timespec g_interrupted_at;

// Who sends it once more a moment later insists; the workers die with us. Not who sends it to the
// process and its group at once, as timeout(1) does.
constexpr int64_t kInsistsAfterNs = 300'000'000;
void OnInterrupt(int signal) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (g_interrupted == 0) {
    g_interrupted_at = now;
    g_interrupted = signal;
    return;
  }
  const int64_t passed = (now.tv_sec - g_interrupted_at.tv_sec) * int64_t{1'000'000'000} +
                         now.tv_nsec - g_interrupted_at.tv_nsec;
  if (passed >= kInsistsAfterNs) _exit(128 + signal);
}

// SIGINT and SIGTERM set a flag for as long as this lives.
class InterruptGuard {
 public:
  InterruptGuard() {
    g_interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = OnInterrupt;
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, &before_int_);
    sigaction(SIGTERM, &action, &before_term_);
  }
  ~InterruptGuard() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_int_ = {};
  struct sigaction before_term_ = {};
};

// A worker process and what its predecessors in the same place have done.
struct Place {
  Share share;
  std::optional<Cursors> from;  // what is left of it, if not all
  std::optional<Child> child;
  std::optional<LineReader> reader;
  int deaths = 0;  // in a row
};

// Some time in the past if there is no such file.
std::filesystem::file_time_type WrittenAt(const std::string& path) {
  std::error_code error;
  return std::filesystem::last_write_time(path, error);
}

class Campaign {
 public:
  Campaign(const FuzzOptions& options, const Store& store, const FuzzListener& listener)
      : options_(options), store_(store), listener_(listener), places_(options.jobs) {}

  absl::StatusOr<FuzzStats> Run();

 private:
  absl::Status StartAll();
  absl::Status Start(Place& place);
  void Wait();
  void Read(Place& place);
  void HandleLine(const std::string& line);
  void HandleFailure(FailureMessage failure);
  void HandleEnd(Place& place, const ChildEnd& end);
  void HandleDeath(Place& place, const ChildEnd& end);
  void Add(const SharedPage& page, FuzzStats& stats, Sketch& sketch) const;
  FuzzStats Stats() const;
  void StopAt(uint64_t index);
  void EndLate(Clock::duration since_stop);
  bool AnyRunning() const;
  absl::Status CheckTarget() const;
  // Whether the lowest index among failures is awaited before one is told.
  bool Orderly() const { return options_.runs.has_value() && !options_.keep_going; }

  const FuzzOptions& options_;
  const Store& store_;
  const FuzzListener& listener_;
  std::vector<Place> places_;
  const std::filesystem::file_time_type target_written_ = WrittenAt(options_.plan.target);
  Clock::time_point start_ = Clock::now();
  std::optional<Clock::time_point> stopped_;  // when the workers were told to end
  FuzzStats gone_;                            // what workers that are gone have done
  Sketch gone_sketch_;
  std::map<std::string, FailureMessage> firsts_;  // by signature
  uint64_t failures_ = 0;
  bool told_ = false;  // of any failure
  absl::Status error_;
};

absl::Status Campaign::Start(Place& place) {
  // One replays them, and not again if it dies.
  const bool first = &place == &places_.front() && !place.from;
  const WorkerOptions worker{
      options_.plan,       place.share,
      place.from,          first ? options_.regressions : std::vector<Regression>(),
      options_.keep_going, options_.verify};
  absl::StatusOr<Child> child = Child::Start([this, &worker](SharedPage& page, int pipe) {
    return RunWorker(worker, store_, page, pipe);
  });
  if (!child.ok()) return child.status();
  place.child.emplace(*std::move(child));
  place.reader.emplace(place.child->pipe());
  return absl::OkStatus();
}

absl::Status Campaign::StartAll() {
  // Worker w of shard s has the indices s + shards × (w + jobs × n).
  const auto jobs = static_cast<uint64_t>(options_.jobs);
  for (uint64_t w = 0; w < jobs; ++w) {
    Place& place = places_[w];
    place.share.first = options_.shard + options_.shards * w;
    place.share.stride = options_.shards * jobs;
    place.share.end = options_.runs.value_or(~uint64_t{0});
    if (place.share.first >= place.share.end) continue;
    if (absl::Status status = Start(place); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Campaign::StopAt(uint64_t index) {
  for (Place& place : places_) {
    if (!place.child) continue;
    std::atomic<uint64_t>& stop_at = place.child->page().stop_at;
    stop_at.store(std::min(stop_at.load(), index));
  }
  if (index == 0 && !stopped_) stopped_ = Clock::now();
}

// Kills the workers that go on although they were told to end.
void Campaign::EndLate(Clock::duration since_stop) {
  for (Place& place : places_) {
    if (!place.child) continue;
    const bool recording = place.child->page().recording.load() != 0;
    if (since_stop < (recording ? Clock::duration(kFarewellOfRecorder) : kFarewell)) continue;
    const SharedPage& page = place.child->page();
    if (page.executing.load() != 0)
      gone_.cut_off.push_back(
          {page.execution.index, page.scenario, place.child->CpuSecondsWithoutPoint()});
    Add(page, gone_, gone_sketch_);
    place.reader.reset();
    place.child.reset();
  }
}

bool Campaign::AnyRunning() const {
  return std::any_of(places_.begin(), places_.end(),
                     [](const Place& place) { return place.child.has_value(); });
}

void Campaign::Wait() {
  std::vector<pollfd> waited;
  for (const Place& place : places_) {
    if (place.child) waited.push_back({place.child->pipe(), POLLIN, 0});
  }
  poll(waited.data(), waited.size(), kPollMilliseconds);
}

void Campaign::HandleFailure(FailureMessage failure) {
  failures_ += std::max<uint64_t>(failure.repeats, 1);
  if (failure.repeats > 0) return;
  const auto known = firsts_.find(failure.signature);
  if (known != firsts_.end() && known->second.index <= failure.index) {
    store_.Drop(failure.file);
    return;
  }
  if (!failure.file.empty()) {
    const absl::StatusOr<std::string> first = store_.MakeFirst(failure.file);
    if (first.ok()) failure.file = *first;
  }
  firsts_[failure.signature] = failure;
  // Without keep_going one is told; what others found at the same time lies in the store as well.
  if (!Orderly() && (options_.keep_going || !told_)) listener_.failure(failure);
  told_ = true;
  if (!options_.keep_going) StopAt(options_.runs ? failure.index : 0);
}

void Campaign::HandleLine(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return;
  if (json.contains("failure")) HandleFailure(FailureFromJson(json.at("failure")));
  if (json.contains("error") && error_.ok()) {
    error_ = absl::Status(static_cast<absl::StatusCode>(json.at("code").get<int>()),
                          json.at("error").get<std::string>());
    StopAt(0);
  }
}

void Campaign::Read(Place& place) {
  for (const std::string& line : place.reader->Read()) HandleLine(line);
}

// The worker is gone in the middle of an execution: the parent has that repeated and written down,
// unless it knows such a death, and another one goes on behind that execution.
void Campaign::HandleDeath(Place& place, const ChildEnd& end) {
  const SharedPage& page = place.child->page();
  place.deaths = page.executions.load() == 0 ? place.deaths + 1 : 0;
  if (page.executing.load() == 0 || place.deaths > kMostDeathsInARow) {
    error_ = absl::InternalError(absl::StrCat("a worker ", EndText(end), ", not in an execution"));
    StopAt(0);
    return;
  }
  const std::string signature = DeathVerdict(end).signature;
  const auto known = firsts_.find(signature);
  if (known != firsts_.end() && known->second.index <= page.execution.index) {
    FailureMessage again;
    again.index = page.execution.index;
    again.signature = signature;
    again.repeats = 1;
    HandleFailure(again);
  } else {
    HandleFailure(SalvageFailure(options_.plan, page, end, store_, options_.hang_seconds));
  }
  place.from = page.cursors;
  gone_.restarts += 1;
}

void Campaign::HandleEnd(Place& place, const ChildEnd& end) {
  Read(place);
  // A worker leaves by itself only between executions, and with a status only after an error.
  const bool died = end.signal != 0 || place.child->page().executing.load() != 0;
  if (died) HandleDeath(place, end);
  if (!died && end.exit_status != 0 && error_.ok())
    error_ = absl::InternalError(absl::StrCat("a worker ", EndText(end)));
  Add(place.child->page(), gone_, gone_sketch_);
  place.reader.reset();
  place.child.reset();
  const bool more = died && options_.keep_going && error_.ok() && !stopped_ &&
                    !IsSystematic(options_.plan.strategy);
  if (!more) return;
  if (absl::Status status = Start(place); !status.ok()) error_ = status;
}

void Campaign::Add(const SharedPage& page, FuzzStats& stats, Sketch& sketch) const {
  stats.executions += page.executions.load();
  stats.points += page.points.load();
  stats.schedules += page.coverage.schedules;
  stats.complete += page.coverage.complete ? 1 : 0;
  stats.cut |= page.coverage.cut;
  stats.settled = std::max(stats.settled, page.settled.load());
  const size_t known = std::min(Strategies().size(), kMostStrategies);
  stats.strategies.resize(known);
  for (size_t i = 0; i < known; ++i) stats.strategies[i].second += page.by_strategy[i].load();
  stats.sometimes.resize(kMostSometimes);
  for (size_t i = 0; i < kMostSometimes; ++i) {
    stats.sometimes[i].asked += page.sometimes[i].asked.load();
    stats.sometimes[i].held += page.sometimes[i].held.load();
  }
  sketch.Merge(page.fingerprints);
}

FuzzStats Campaign::Stats() const {
  FuzzStats stats = gone_;
  Sketch sketch = gone_sketch_;
  for (const Place& place : places_) {
    if (place.child) Add(const_cast<Place&>(place).child->page(), stats, sketch);
  }
  stats.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  stats.distinct = std::min(sketch.Estimate(), stats.executions);
  stats.failures = failures_;
  stats.buckets = firsts_.size();
  stats.signal = g_interrupted;
  for (size_t i = 0; i < stats.strategies.size(); ++i) {
    stats.strategies[i].first = Strategies()[i].name;
  }
  return stats;
}

// Workers go on with the file that they have loaded, so nobody else would notice.
absl::Status Campaign::CheckTarget() const {
  if (WrittenAt(options_.plan.target) == target_written_) return absl::OkStatus();
  const absl::StatusOr<TargetInfo> now = DescribeInChild(options_.plan.target);
  return now.ok() ? CheckBuild(options_.plan, now->build_id) : now.status();
}

absl::StatusOr<FuzzStats> Campaign::Run() {
  const InterruptGuard guard;
  if (absl::Status status = StartAll(); !status.ok()) return status;
  Clock::time_point told = start_;
  while (AnyRunning()) {
    Wait();
    for (Place& place : places_) {
      ChildEnd end;
      if (!place.child) continue;
      Read(place);
      place.child->Watch(options_.hang_seconds);
      if (place.child->Ended(&end)) HandleEnd(place, end);
    }
    const Clock::time_point now = Clock::now();
    if (g_interrupted != 0 || (options_.time && now - start_ >= *options_.time)) StopAt(0);
    if (stopped_) EndLate(now - *stopped_);
    if (now - told >= kProgressEvery) listener_.progress(Stats());
    if (now - told >= kProgressEvery) told = now;
  }
  // What has been found is told also when the machinery fails later.
  if (Orderly() && !firsts_.empty()) {
    const auto lowest = std::min_element(
        firsts_.begin(), firsts_.end(),
        [](const auto& a, const auto& b) { return a.second.index < b.second.index; });
    listener_.failure(lowest->second);
  }
  if (!error_.ok()) return error_;
  if (absl::Status status = CheckTarget(); !status.ok()) return status;
  return Stats();
}

}  // namespace

absl::StatusOr<FuzzStats> Fuzz(const FuzzOptions& options, const Store& store,
                               const FuzzListener& listener) {
  return Campaign(options, store, listener).Run();
}

}  // namespace weir::sim
