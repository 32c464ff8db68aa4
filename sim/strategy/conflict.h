// Search among constraints: "this access before that one".
//
// The idea is that of reads-from fuzzing (D. Wolff, Z. Shi, G. J. Duck, U. Mathur, A. Roychoudhury:
// Greybox Fuzzing for Concurrency Testing, ASPLOS 2024): an execution that passed tells which
// accesses are in conflict, and the next one asks for another order of a few of them. There, as
// measured by its authors, the constraints found the bugs and the coverage feedback hardly did; so
// there is none here.
#ifndef WEIR_SIM_STRATEGY_CONFLICT_H_
#define WEIR_SIM_STRATEGY_CONFLICT_H_

#include <array>
#include <cstdint>

#include "sim/engine/decision.h"
#include "sim/strategy/environment.h"
#include "sim/strategy/priorities.h"
#include "sim/strategy/profile.h"

namespace weir::sim {

// Draws one to kMostConstraints constraints from the profile. Each is about one object, of which
// each has equal chances, and has one of two forms, with equal chances:
//
//   before   "A before B": two accesses in conflict, in the default schedule B before A. The thread
//            that reaches B is held until A is done. A is the next one in conflict with a chance of
//            a half, the next but one with a quarter, and so on.
//   from     "A sees what W left": A is an access that looks, W one that changes something, or the
//            begin. From W on every other thread that would change the object is held until A is
//            done.
//
// In half of the constraints one that was held runs on as soon as A is done, so that what A's
// thread was about to do next comes later.
//
// Whatever the constraints leave open follows the default in a quarter of the executions, random
// priorities as in PCT without change points in another, and a random walk in the others, which
// stays on a thread with a probability of 1 − 2^-e, e uniform in 0 … kStickiest.
//
// A constraint that can not be kept is dropped: when nobody can run who is not held, when all who
// can only yield, when A's thread ends, or when it has held somebody for 2^7 … 2^13 points, drawn
// for each execution: what goes on may be a loop that waits for one who is held. An access is known
// by its thread, its object, and how many of that thread to that object came before it; an
// execution need not have it.
class ConflictStrategy final : public Strategy {
 public:
  static constexpr int kMostConstraints = 4;
  static constexpr uint32_t kStickiest = 8;
  static constexpr uint32_t kShortestHoldLog = 7;
  static constexpr uint32_t kLongestHoldLog = 13;

  ConflictStrategy() { sees_all_ = true; }
  void Begin(const Execution& next, Random random) override;
  Choice Choose(const Point& point) override;
  void See(const Point& point) override;
  uint64_t FaultAfter(FaultKind kind, uint64_t step) override {
    return environment_.FaultAfter(kind, step, random_);
  }

 private:
  using Words = std::array<uint64_t, ThreadSet::kWords>;
  // An access of a constraint.
  struct Access {
    ThreadId thread = 0;  // 0: none
    uint32_t left = 0;    // accesses of the thread to the object until this one, itself included
    ThreadSlot at = kNoThread;  // the thread that is about to do it
  };
  struct Constraint {
    ObjectId object = 0;
    Access first;         // A
    Access held;          // B; none: all that are in conflict with A
    Access source;        // W; none: from the begin on
    bool looks = false;   // A does, only
    bool active = false;  // W is done
    bool open = false;    // A is not done, and it has not been dropped
    bool at_once = false;
    Words holds{};
    uint64_t since = 0;  // the step at which it first held somebody
  };

  bool Draw(const Profile& profile, Constraint& constraint);
  bool DrawBefore(const Profile& profile, const Profile::ObjectInfo& object,
                  Constraint& constraint);
  bool DrawFrom(const Profile& profile, const Profile::ObjectInfo& object, Constraint& constraint);
  void Reach(const Point& point);
  void ReachAccess(Constraint& constraint, ThreadId thread, const Point& point);
  bool Holds(const Constraint& constraint) const;
  bool DropOne();
  void DropOld(uint64_t step);
  bool IsHeld(ThreadSlot thread) const;
  ThreadSlot First(const Point& point);
  ThreadSlot AnyOpen(const Point& point);
  void Does(ThreadSlot thread);

  Random random_;
  Environment environment_;
  Priorities priorities_;
  const Profile* profile_ = nullptr;
  ObjectIds ids_;
  enum class Base : uint8_t { kDefault, kPriorities, kWalk, kWalkToo };
  Base base_ = Base::kDefault;
  uint32_t exponent_ = 0;  // of the walk
  uint64_t longest_hold_ = 0;
  std::array<Constraint, kMostConstraints> constraints_{};
  int count_ = 0;
  ThreadSlot hurries_ = kNoThread;  // runs before all others, as long as it can
  uint32_t yields_ = 0;             // in a row, by whomsoever
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_CONFLICT_H_
