// A look at a group from outside of the protocol: for tests, and for people who ask why a barrier
// does not return.

#ifndef FENCE_SNAPSHOT_H_
#define FENCE_SNAPSHOT_H_

#include <string>
#include <vector>

#include "fence/drain.h"
#include "fence/layout.h"
#include "fence/message.h"
#include "fence/position.h"
#include "fence/segment.h"

namespace fence {

struct MemberView {
  Incarnation incarnation = 0;
  uint32_t slot = 0;
  std::string name;
  MemberStatus status = MemberStatus::kFree;
  uint32_t pid = 0;
  Position published;  // everything before it can be read
};

struct ProgressView {
  Incarnation observer = 0;
  Incarnation sender = 0;
  Observed observed;
};

struct Snapshot {
  std::vector<MemberView> members;     // all incarnations so far, the departed too
  std::vector<ProgressView> progress;  // of all readers that are attached
};

// Each value is read on its own: together they are of about one moment.
Snapshot TakeSnapshot(const Segment& segment);

// One line per member and per reader that is behind.
std::string ToString(const Snapshot& snapshot);

}  // namespace fence

#endif  // FENCE_SNAPSHOT_H_
