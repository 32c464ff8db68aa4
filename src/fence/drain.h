// The release rule: when has one observer handled everything that one sender sent before it
// arrived?
//
// Pure, but for `Observe`: it sees a copy of a progress cell and decides. Tested without threads or
// shared memory.

#ifndef FENCE_DRAIN_H_
#define FENCE_DRAIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "fence/layout.h"
#include "fence/message.h"
#include "fence/position.h"

namespace fence {

// What a progress cell showed at one moment. It means nothing of a reader that has not attached.
struct Observed {
  ReaderState state = ReaderState::kDetached;
  Position progress;
};

// Reads a cell in shared memory. Its state is read first: a reader that is there has published
// before it said so.
Observed Observe(const Cell& cell);

// What one observer has still to handle of one sender before somebody may be released.
//
// It starts unarmed: with a stamp, but without a baseline, since a reader that is not there yet
// shows no position and one in service state shows one that does not count. Unarmed is neither zero
// nor done.
struct Target {
  Incarnation observer = 0;
  Incarnation sender = 0;
  Position stamp;  // just after the sender's arrive message
  bool armed = false;
  uint64_t baseline = 0;  // the observer's progress when the target was armed
  int64_t delta = 0;  // from there to the stamp; not above zero: the observer was already past it
  std::optional<int64_t> traced_backlog = {};  // with FENCE_TRACE: at the last line
};

// Takes the baseline if the cell shows a normal reader in the stamp's epoch. Returns whether the
// target is armed.
bool Arm(Target* target, const Observed& observed);

// Whether the target is armed and its observer has come `delta` messages past the baseline.
// Differences only, as signed numbers: right across the wrap, and right for an observer that was
// ahead.
bool Met(const Target& target, const Observed& observed);

// How far the observer has come, for messages to people.
std::string ToString(const Target& target, const Observed& observed);

}  // namespace fence

#endif  // FENCE_DRAIN_H_
