// Selectively uniform random walk.
//
// H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury: Selectively Uniform Concurrency Testing, ASPLOS
// 2025.
#ifndef WEIR_SIM_STRATEGY_SURW_H_
#define WEIR_SIM_STRATEGY_SURW_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/engine/limits.h"
#include "sim/strategy/environment.h"
#include "sim/strategy/profile.h"

namespace weir::sim {

// Algorithm 2 of the paper. A walk that takes each runnable thread with equal chances does not take
// each *order* with equal chances: what a short thread does comes early, nearly always. It does if
// a thread is taken in proportion to the number of events that it still has to do (a thread that
// has not created another yet has that one's events too). Most events do not matter, so only those
// on a few *selected* objects are sampled in that way: a thread that reaches one is held until it
// is the intended one, which is drawn in proportion to the selected events that the threads still
// have. In between any thread that is not held is taken.
//
// The numbers of events are those of the default schedule (profile.h), by thread. Which objects are
// selected is drawn from the seed.
//
// Where this departs from the paper:
//
// - One, two, four, … of the objects that threads are at odds about are selected, or all of them:
//   half of the executions have one, a quarter two, and so on.
// - Who runs among those that are not held is drawn as in the random walk, with a stickiness of
//   1 − 2^-e, e uniform in 0 … kStickiest.
// - Without a profile every object is selected, and every thread weighs the same. A thread that the
//   profile has not seen weighs 1: with no weight at all it would never be intended.
// - A thread that yields is not taken again while another one may run. When all that is left
//   yields, be it several threads in turn, one that is held becomes the intended one. So it does
//   when nobody has had a selected event for kSlicePoints (limits.h): what runs in the meantime may
//   be a loop that waits for one who is held.
// - Events beyond those that were counted weigh nothing as long as somebody else has any left.
// - Where only one thread can run, nobody is asked, and of its events only those are counted at
//   which it had been held before.
class SurwStrategy final : public Strategy {
 public:
  static constexpr uint32_t kStickiest = 4;
  static constexpr size_t kMostSelected = 16;

  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return environment_.FaultAfter(kind, step, random_);
  }

 private:
  using Words = std::array<uint64_t, ThreadSet::kWords>;

  void Select(const Profile& profile);
  void Weigh(const Profile& profile);
  bool IsSelected(const void* object);
  void Follow(const ThreadSet& runnable);
  void Meet(ThreadSlot thread);
  ThreadSlot DrawIntended(const ThreadSet& runnable, bool among_held);

  Words Candidates(const ThreadSet& runnable, const Point& point) const;
  bool AllLeftYield(const Point& point);
  bool HoldsForTooLong(const Point& point);
  void Does(ThreadSlot thread, uint64_t step);
  Choice Take(ThreadSlot thread, uint64_t step);

  static bool Has(const Words& words, ThreadSlot thread) {
    return (words[thread >> 6] >> (thread & 63) & 1) != 0;
  }

  Random random_;
  Environment environment_;
  const Profile* profile_ = nullptr;
  uint32_t exponent_ = 0;
  ObjectIds ids_;
  bool all_ = false;  // every object is selected
  std::array<ObjectId, kMostSelected> selected_{};
  size_t selected_count_ = 0;
  std::vector<uint32_t> own_;      // by place in the profile: selected events of the thread, and
  std::vector<uint32_t> subtree_;  //   with those of all that it creates

  Words seen_{};  // runnable when last followed
  Words held_{};  // at a selected event, and not let through
  ThreadSlot intended_ = kNoThread;
  uint32_t yields_ = 0;                         // since somebody came to a selected event
  uint64_t since_ = 0;                          // the step of the last selected event
  std::array<ThreadId, kMaxThreads> id_{};      // who was last seen in the slot
  std::array<uint32_t, kMaxThreads> weight_{};  // selected events that it still has to do
  std::vector<ThreadSlot> slot_;  // by place in the profile: where the thread is; kNoThread
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_SURW_H_
