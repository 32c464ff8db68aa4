#include "sim/minimize/bench.h"

#include <xxhash.h>

#include <algorithm>

#include "sim/minimize/limits.h"

namespace weir::sim {
namespace {

// A hash of all that a candidate's execution depends on.
class CandidateHash {
 public:
  explicit CandidateHash(const Schedule& schedule) {
    XXH3_128bits_reset(&state_);
    for (const Parameter& parameter : schedule.parameters) Add(parameter);
    Add(schedule.faults.size());
    for (const Fault& fault : schedule.faults) Add(fault);
    for (const Edit& edit : schedule.edits) Add(edit);
  }

  std::pair<uint64_t, uint64_t> Digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.high64, hash.low64};
  }

 private:
  void Add(uint64_t value) { XXH3_128bits_update(&state_, &value, sizeof(value)); }
  void Add(const std::string& text) {
    Add(text.size());
    XXH3_128bits_update(&state_, text.data(), text.size());
  }
  void Add(const Parameter& parameter) {
    Add(parameter.name);
    if (const auto* number = std::get_if<int64_t>(&parameter.value)) {
      Add(static_cast<uint64_t>(*number));
    } else {
      Add(std::get<std::string>(parameter.value));
    }
  }
  void Add(const Fault& fault) {
    Add(static_cast<uint64_t>(fault.kind));
    Add(fault.process);
    Add((uint64_t{fault.incarnation} << 32) | fault.op);
  }
  void Add(const Edit& edit) {
    Add(edit.thread);
    Add(edit.object);
    Add((static_cast<uint64_t>(edit.op) << 1) | (edit.blocked ? 1 : 0));
    Add(edit.nth);
    Add(edit.round);
    Add((uint64_t{edit.repeat} << 32) | edit.draw);
    Add(static_cast<uint64_t>(edit.choice.kind));
    Add(edit.choice.thread);
    Add(uint64_t{edit.choice.number});
  }

  XXH3_state_t state_;
};

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
  const auto [known, is_new] = outcomes.try_emplace(CandidateHash(candidate).Digest());
  if (is_new) {
    known->second = executor.Run(candidate);
    ++report.tries;
    ++pass().tries;
  } else {
    ++report.cached;
  }
  return known->second;
}

void Workshop::Distrust(const Schedule& candidate) {
  Outcome& outcome = outcomes[CandidateHash(candidate).Digest()];
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
