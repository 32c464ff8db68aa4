#include "sim/minimize/bench.h"

#include <algorithm>

#include "sim/minimize/limits.h"
#include "sim/schedule/visit.h"

namespace weir::sim {
namespace {

template <typename Item>
void EraseAt(std::vector<Item>& items, const std::vector<size_t>& ascending) {
  auto next = ascending.begin();
  size_t kept = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (next != ascending.end() && *next == i) {
      ++next;
      continue;
    }
    if (kept != i) items[kept] = std::move(items[i]);
    ++kept;
  }
  items.resize(kept);
}

}  // namespace

void Workshop::BeginPass(const std::string& name) {
  auto& passes = report.passes;
  const auto known = std::find_if(passes.begin(), passes.end(),
                                  [&](const PassReport& pass) { return pass.name == name; });
  if (known == passes.end()) {
    passes.push_back({name, 0, 0});
  } else {
    std::rotate(known, known + 1, passes.end());  // pass() is the last
  }
}

const Outcome& Workshop::Run(const Schedule& candidate) {
  const auto [known, is_new] = outcomes.try_emplace(DecidingHash(candidate));
  if (is_new) {
    known->second = executor.Run(candidate);
    ++report.tries;
    ++pass().tries;
    const Outcome& outcome = known->second;
    const bool other = outcome.verdict != VerdictKind::kPass && !FailsAlike(outcome);
    if (other && met.insert(outcome.signature).second) options.met(candidate, outcome.signature);
  } else {
    ++report.cached;
  }
  return known->second;
}

void Workshop::Distrust(const Schedule& candidate) {
  Outcome& outcome = outcomes[DecidingHash(candidate)];
  outcome.verdict = VerdictKind::kNondeterminism;
}

std::optional<Schedule> Workshop::Search(const Schedule& like, uint64_t points) {
  for (uint64_t spent = 0; spent < points && !Expired(); spent += kSearchChunkPoints) {
    ++report.searches;
    std::optional<Schedule> found =
        executor.Search(like, std::min(points - spent, kSearchChunkPoints), next_search_seed++);
    if (found) {
      found->origin = like.origin;  // the campaign's: seeds of these searches mean nothing outside
      return found;
    }
  }
  return std::nullopt;
}

bool Bench::Try(Schedule candidate) {
  if (Expired()) return false;
  const Outcome& outcome = workshop_.Run(candidate);
  if (!workshop_.FailsAlike(outcome)) return false;
  EraseAt(candidate.edits, outcome.unused_edits);
  EraseAt(candidate.faults, outcome.unused_faults);
  candidate.points = outcome.points;
  best_ = std::move(candidate);
  ++successes_;
  ++workshop_.pass().successes;
  if (saves_ && workshop_.report.tries - tries_at_record_ >= kTriesBetweenSaves) Record();
  return true;
}

bool Bench::TryWithoutEdits(size_t begin, size_t end) {
  Schedule candidate = best_;
  candidate.edits.erase(candidate.edits.begin() + static_cast<ptrdiff_t>(begin),
                        candidate.edits.begin() + static_cast<ptrdiff_t>(end));
  return Try(std::move(candidate));
}

bool Bench::TryWithoutFaults(size_t begin, size_t end) {
  Schedule candidate = best_;
  candidate.faults.erase(candidate.faults.begin() + static_cast<ptrdiff_t>(begin),
                         candidate.faults.begin() + static_cast<ptrdiff_t>(end));
  return Try(std::move(candidate));
}

void Bench::Record() {
  if (successes_ == recorded_successes_) return;
  recorded_successes_ = successes_;
  tries_at_record_ = workshop_.report.tries;
  Schedule recorded = workshop_.executor.Record(best_);
  const bool alike = recorded.verdict.kind == workshop_.wanted.kind &&
                     recorded.verdict.signature == workshop_.wanted.signature;
  if (!alike) {
    workshop_.Distrust(best_);
    best_ = recorded_;
    return;
  }
  best_ = recorded;
  recorded_ = std::move(recorded);
  if (saves_) workshop_.options.improved(recorded_);
}

}  // namespace weir::sim
