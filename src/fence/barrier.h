// What a barrier promises and what it answers.

#ifndef FENCE_BARRIER_H_
#define FENCE_BARRIER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace fence {

// How much has happened when a barrier says `kSatisfied`.
enum class Mode : uint8_t {
  kRendezvous = 1,  // every member of the round has arrived; all are released together
  kDelivery = 2,    // and every message that any member sent before it arrived has been handled by
                    // the caller's process; each caller is released as soon as that is true for it
  kProcessing =
      3,  // and has been handled by every member, before any member returns; released together
};

// One phase of a barrier's completion. It only escalates, from top to bottom.
enum class Phase : uint8_t {
  kNotRequested = 0,  // the mode has no such phase
  kSatisfied = 1,
  kDowngraded = 2,  // a member left or was lost; the promise holds among the rest
  kFailed = 3,
};

// Why a call failed.
enum class Reason : uint8_t {
  kNone = 0,
  kTimeout =
      1,  // its deadline passed; the arrival is withdrawn, the next one counts for the same round
  kModeMismatch = 2,  // the round was opened in another mode; this member is still expected
  kLeft = 3,          // the process leaves, has left, or has been replaced by a newer incarnation
  kStopped = 4,       // the coordinator has stopped
};

struct Phases {
  Phase rendezvous = Phase::kNotRequested;
  Phase delivery = Phase::kNotRequested;
  Phase processing = Phase::kNotRequested;

  friend bool operator==(const Phases&, const Phases&) = default;
};

// All phases that `mode` has in one state.
Phases UniformPhases(Mode mode, Phase state);

struct BarrierResult {
  uint64_t round = 0;   // the number of the round, 0 when there was none; of one name, later rounds
                        // have larger ones
  Phases phases;        // one state per phase
  absl::Status status;  // ok when no phase failed, else why

  // Whether the mode's whole promise holds among all members of the round.
  bool satisfied() const { return status.ok() && phases.rendezvous == Phase::kSatisfied; }
};

const char* ToString(Mode mode);
const char* ToString(Phase phase);

// What every call after Leave is told.
inline constexpr const char* kHasLeft = "this process has left the group";
// And in a process that the group has dropped: replaced, or taken for dead.
inline constexpr const char* kWasDropped = "this incarnation has been dropped from the group";

// The status with which a call on barrier `name` ends for this reason.
absl::Status ToStatus(Reason reason, const std::string& name);

}  // namespace fence

#endif  // FENCE_BARRIER_H_
