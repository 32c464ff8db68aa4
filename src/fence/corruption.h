// What cannot be in the records, rings and cells of a group, and whose doing it is.
//
// Processes trust each other; but one that writes where it should not must not stop the others. So
// each thing is charged to the one process that writes it, which the coordinator then drops. What
// is wrong and possible, such as a position a little too early, is not found.

#ifndef FENCE_CORRUPTION_H_
#define FENCE_CORRUPTION_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "fence/message.h"
#include "fence/segment.h"

namespace fence {

// What the coordinator knows of one process without asking shared memory.
struct Known {
  bool admitted = false;           // it and all others that are admitted read each other
  std::optional<uint64_t> cursor;  // where the coordinator looks for its next call; not its own
};

// What each of `known` is to be blamed for, if anything. `next_reply` is the number of the next
// reply. They may go on with what they do meanwhile: what is found is no moment of an honest
// process.
std::map<Incarnation, absl::Status> FindCorruption(const Segment& segment,
                                                   const std::map<Incarnation, Known>& known,
                                                   uint64_t next_reply);

}  // namespace fence

#endif  // FENCE_CORRUPTION_H_
