#include "sim/strategy/dependence.h"

#include <algorithm>
#include <array>

#include "sim/strategy/profile.h"

namespace weir::sim {
namespace {

Event::On OnWhat(Op op) {
  switch (op) {
    case Op::kNone:
    case Op::kThreadStart:
    case Op::kThreadExit:
    case Op::kThreadCreate:
    case Op::kThreadJoin:
    case Op::kThreadDetach:
      return Event::On::kNothing;
    case Op::kAtomicLoad:
    case Op::kAtomicStore:
    case Op::kAtomicExchange:
    case Op::kAtomicUpdate:
    case Op::kAtomicCompare:
    case Op::kMutexLock:
    case Op::kMutexTryLock:
    case Op::kMutexUnlock:
    case Op::kMutexDestroy:
    case Op::kSemWait:
    case Op::kSemTryWait:
    case Op::kSemPost:
    case Op::kSemGetValue:
    case Op::kFutexWait:
    case Op::kFutexWake:
    case Op::kReadLock:
    case Op::kTryReadLock:
    case Op::kWriteLock:
    case Op::kTryWriteLock:
    case Op::kRwlockUnlock:
    case Op::kRwlockDestroy:
    case Op::kMemoryRead:
    case Op::kMemoryWrite:
      return Event::On::kObject;
    default:
      return Event::On::kAnything;
  }
}

// The events of an execution with what happened before what.
class History {
 public:
  History(std::span<const Event> events, std::span<const uint32_t> enabled_by)
      : events_(events), enabled_by_(enabled_by), clocks_(events.size()) {
    std::vector<uint32_t> last(kMaxThreads, kNoEvent);
    for (uint32_t j = 0; j < events.size(); ++j) {
      const ThreadSlot thread = events[j].thread;
      before_.push_back(last[thread]);
      ForEachBefore(j, [&](uint32_t i) {
        for (size_t t = 0; t < kMaxThreads; ++t)
          clocks_[j][t] = std::max(clocks_[j][t], clocks_[i][t]);
      });
      clocks_[j][thread] = j + 1;
      last[thread] = j;
    }
  }

  std::vector<Race> Races() const {
    std::vector<Race> races;
    for (uint32_t j = 0; j < events_.size(); ++j) {
      for (uint32_t i = 0; i < j; ++i) {
        if (IsRace(i, j)) races.push_back({i, j, Initials(i, j)});
      }
    }
    return races;
  }

 private:
  // By thread, the place behind the last event of it that happened before, or is this one.
  using Clock = std::array<uint32_t, kMaxThreads>;

  bool IsBefore(uint32_t i, uint32_t j) const { return clocks_[j][events_[i].thread] > i; }

  // Those that alone make j come later. May name one twice.
  template <typename Do>
  void ForEachBefore(uint32_t j, Do&& act) const {
    if (before_[j] != kNoEvent) act(before_[j]);
    if (enabled_by_[j] != kNoEvent) act(enabled_by_[j]);
    for (uint32_t i = 0; i < j; ++i) {
      if (events_[i].thread != events_[j].thread && Depend(events_[i], events_[j])) act(i);
    }
  }

  bool IsRace(uint32_t i, uint32_t j) const {
    if (events_[i].thread == events_[j].thread || enabled_by_[j] == i) return false;
    if (!Depend(events_[i], events_[j])) return false;
    bool between = false;
    ForEachBefore(j, [&](uint32_t k) { between |= k > i && IsBefore(i, k); });
    return !between;
  }

  // Of what comes behind i and not because of it, up to j: the threads whose first event there has
  // none of the others before it.
  std::array<uint64_t, ThreadSet::kWords> Initials(uint32_t i, uint32_t j) const {
    std::array<uint64_t, ThreadSet::kWords> initials{};
    std::array<uint64_t, ThreadSet::kWords> met{};
    std::vector<uint32_t> sequence;
    for (uint32_t k = i + 1; k <= j; ++k) {
      if (k != j && IsBefore(i, k)) continue;
      const ThreadSlot thread = events_[k].thread;
      const uint64_t bit = uint64_t{1} << (thread & 63);
      const bool first = (met[thread >> 6] & bit) == 0;
      met[thread >> 6] |= bit;
      const bool after = std::ranges::any_of(sequence, [&](uint32_t m) { return IsBefore(m, k); });
      if (first && !after) initials[thread >> 6] |= bit;
      sequence.push_back(k);
    }
    return initials;
  }

  std::span<const Event> events_;
  std::span<const uint32_t> enabled_by_;
  std::vector<Clock> clocks_;
  std::vector<uint32_t> before_;  // of the same thread
};

}  // namespace

Event EventAt(ThreadSlot thread, Op op, const void* object) {
  Event::On on = OnWhat(op);
  if (on == Event::On::kObject && object == nullptr) on = Event::On::kNothing;
  return {thread, on, OnlyLooks(op), reinterpret_cast<uintptr_t>(object) >> 4};
}

bool Depend(const Event& a, const Event& b) {
  if (a.on == Event::On::kNothing || b.on == Event::On::kNothing) return false;
  if (a.on == Event::On::kAnything || b.on == Event::On::kAnything) return true;
  return a.object == b.object && !(a.looks && b.looks);
}

std::vector<Race> Races(std::span<const Event> events, std::span<const uint32_t> enabled_by) {
  return History(events, enabled_by).Races();
}

}  // namespace weir::sim
