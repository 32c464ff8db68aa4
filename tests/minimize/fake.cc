#include "tests/minimize/fake.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "sim/engine/random.h"

namespace weir::sim {
namespace {

constexpr char kSignature[] = "missed-01";

std::vector<ParameterSpec> Specs() {
  return {{"workers", 1, 8, 2, {}},
          {"iterations", 1, 64, 2, {}},
          {"cost", 0, 1'000'000, 12, {}},
          {"mode", 0, 2, 0, {"plain", "odd", "wrapped"}}};
}

}  // namespace

Edit FakeEdit(uint64_t id, int64_t worker, uint64_t round) {
  return {.thread = absl::StrCat("worker-", worker, "/main"),
          .op = Op::kAtomicLoad,
          .object = absl::StrCat("t.so+0x", absl::Hex(id)),
          .round = round,
          .choice = {EditChoice::Kind::kRun, "other/main", 0}};
}

uint64_t IdOf(const Edit& edit) {
  return std::stoull(edit.object.substr(edit.object.find("0x")), nullptr, 16);
}

int64_t ValueOf(const Schedule& schedule, const std::string& parameter) {
  const absl::StatusOr<std::vector<int64_t>> values =
      ResolveParameters(schedule.parameters, Specs());
  EXPECT_TRUE(values.ok()) << values.status();
  for (size_t i = 0; i < Specs().size(); ++i) {
    if (Specs()[i].name == parameter) return (*values)[i];
  }
  ADD_FAILURE() << parameter;
  return -1;
}

FakeRun Fake::Applied(const Schedule& schedule, Outcome* outcome) const {
  FakeRun run{.workers = ValueOf(schedule, "workers"),
              .iterations = ValueOf(schedule, "iterations"),
              .cost = ValueOf(schedule, "cost"),
              .mode = ValueOf(schedule, "mode"),
              .edits = {},
              .placed = {},
              .faults = {},
              .injected = {}};
  for (size_t i = 0; i < schedule.edits.size(); ++i) {
    const Edit& edit = schedule.edits[i];
    const int64_t worker = std::stoll(edit.thread.substr(edit.thread.find('-') + 1));
    const bool applies =
        worker < run.workers && edit.round <= static_cast<uint64_t>(run.iterations);
    if (!applies) {
      outcome->unused_edits.push_back(i);
      continue;
    }
    run.edits.insert(IdOf(edit));
    run.placed.insert({edit.round, IdOf(edit)});
    if (edit.choice.kind == EditChoice::Kind::kFault) run.injected.insert(edit.choice.fault);
  }
  for (size_t i = 0; i < schedule.faults.size(); ++i) {
    if (schedule.faults[i].process == "nobody") {
      outcome->unused_faults.push_back(i);
    } else {
      run.faults.insert(schedule.faults[i].process);
    }
  }
  return run;
}

Outcome Fake::Run(const Schedule& schedule) {
  runs.push_back(schedule);
  Outcome outcome;
  const FakeRun run = Applied(schedule, &outcome);
  outcome.points = static_cast<uint64_t>(100 * run.workers * run.iterations);
  outcome.fingerprint = Mix(outcome.points + (nondeterministic ? runs.size() : 0));
  for (const auto& [round, id] : run.placed) {
    outcome.fingerprint = Mix(outcome.fingerprint ^ (round << 32) ^ id);
  }
  if (fails_otherwise(run)) {
    outcome.verdict = VerdictKind::kCrash;
    outcome.signature = "another";
  } else if (fails_(run)) {
    outcome.verdict = VerdictKind::kAssertion;
    outcome.signature = kSignature;
    outcome.old_signature = old_signature;
  }
  return outcome;
}

Schedule Fake::Record(const Schedule& schedule) {
  ++records;
  const Outcome outcome = Run(schedule);
  runs.pop_back();
  Schedule recorded = schedule;
  for (size_t i = outcome.unused_edits.size(); i-- > 0;) {
    recorded.edits.erase(recorded.edits.begin() + static_cast<long>(outcome.unused_edits[i]));
  }
  recorded.verdict.kind = outcome.verdict;
  recorded.verdict.signature = outcome.signature;
  recorded.fingerprint = outcome.fingerprint;
  recorded.points = outcome.points;
  return recorded;
}

std::optional<Schedule> Fake::Search(const Schedule& like, uint64_t point_budget, uint64_t seed) {
  searched_points += point_budget;
  if (!finder_) return std::nullopt;
  Outcome ignored;
  FakeRun at = Applied(like, &ignored);
  Schedule found = like;
  found.edits = finder_(at, seed);
  found.origin = {seed, 0, "random", 0};
  if (found.edits.empty()) return std::nullopt;
  Schedule recorded = Record(found);
  if (recorded.verdict.signature != like.verdict.signature) return std::nullopt;
  return recorded;
}

Schedule Fake::Failing(int64_t workers, int64_t iterations, std::vector<Edit> edits,
                       std::vector<Fault> faults, const std::string& mode, int64_t cost) {
  Schedule schedule;
  schedule.scenario = "fake";
  schedule.parameters = {
      {"workers", workers}, {"iterations", iterations}, {"cost", cost}, {"mode", mode}};
  schedule.edits = std::move(edits);
  schedule.faults = std::move(faults);
  const Outcome outcome = Run(schedule);
  runs.clear();
  EXPECT_EQ(outcome.signature, kSignature) << "the test's own schedule does not fail";
  schedule.verdict = {VerdictKind::kAssertion, kSignature, "missed", ""};
  schedule.fingerprint = outcome.fingerprint;
  schedule.points = outcome.points;
  return schedule;
}

MinimizeOptions Fake::Options() const {
  MinimizeOptions options;
  options.parameters = Specs();
  return options;
}

std::vector<Edit> Edits(uint64_t count, int64_t workers, uint64_t rounds) {
  std::vector<Edit> edits;
  for (uint64_t id = 1; id <= count; ++id) {
    edits.push_back(
        FakeEdit(id, static_cast<int64_t>(id) % workers, rounds == 0 ? 0 : id % (rounds + 1)));
  }
  return edits;
}

std::vector<uint64_t> Ids(const Schedule& schedule) {
  std::vector<uint64_t> ids;
  for (const Edit& edit : schedule.edits) ids.push_back(IdOf(edit));
  return ids;
}

Minimized MustMinimize(Fake& fake, const Schedule& failing) {
  absl::StatusOr<Minimized> minimized = Minimize(failing, fake, fake.Options());
  EXPECT_TRUE(minimized.ok()) << minimized.status();
  if (!minimized.ok()) return {};
  EXPECT_TRUE(minimized->report.finished);
  return *std::move(minimized);
}

}  // namespace weir::sim
