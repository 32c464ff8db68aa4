// How a process finds its group and takes a place in it.

#ifndef FENCE_MEMBERSHIP_H_
#define FENCE_MEMBERSHIP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "fence/deadline.h"
#include "fence/message.h"
#include "fence/segment.h"

namespace fence {

// Attaches to the group's segment, and waits for it while there is none or while it is being made.
absl::StatusOr<Segment> AttachWhenThere(const std::string& group, Deadline deadline);

// Takes a record that nobody has had before. ResourceExhausted when there is none left, DataLoss
// when the count of those that are taken is wrong.
absl::StatusOr<Incarnation> Claim(const Segment& segment);

// How many members the group has now.
uint32_t CountMembers(const Segment& segment);

}  // namespace fence

#endif  // FENCE_MEMBERSHIP_H_
