#include "fence/membership.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// How often Join looks for a segment that is not there yet: there is nothing to sleep on.
constexpr std::chrono::nanoseconds kFirstLook = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kLaterLooks = std::chrono::milliseconds(50);

void Sleep(std::chrono::nanoseconds time) {
  const timespec ts{.tv_sec = static_cast<time_t>(time.count() / 1'000'000'000),
                    .tv_nsec = static_cast<long>(time.count() % 1'000'000'000)};
  nanosleep(&ts, nullptr);
}

}  // namespace

absl::StatusOr<Segment> AttachWhenThere(const std::string& group, Deadline deadline) {
  for (std::chrono::nanoseconds pause = kFirstLook;; pause = std::min(2 * pause, kLaterLooks)) {
    absl::StatusOr<Segment> segment = Segment::Attach(group);
    const bool later = absl::IsNotFound(segment.status()) || absl::IsUnavailable(segment.status());
    if (!later || deadline.Passed()) return segment;
    Sleep(std::min(pause, deadline.Remaining()));
  }
}

absl::StatusOr<Incarnation> Claim(const Segment& segment) {
  std::atomic<uint32_t>& claimed = segment.control().claimed;
  uint32_t taken = claimed.load(std::memory_order_seq_cst);
  do {
    if (taken >= segment.geometry().incarnations) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the group has had all its ", segment.geometry().incarnations, " incarnations"));
    }
  } while (!claimed.compare_exchange_weak(taken, taken + 1, std::memory_order_seq_cst));
  const Incarnation number = taken + 1;
  MemberStatus status = MemberStatus::kFree;
  if (segment.record(number).status.compare_exchange_strong(status, MemberStatus::kClaimed)) {
    return number;
  }
  return absl::DataLossError(absl::StrCat("claimed: ", taken, " records are said to be taken, but ",
                                          "that of incarnation ", number, " is, too"));
}

uint32_t CountMembers(const Segment& segment) {
  const Incarnation claimed = std::min(segment.control().claimed.load(std::memory_order_seq_cst),
                                       segment.geometry().incarnations);
  uint32_t members = 0;
  for (Incarnation member = 1; member <= claimed; ++member) {
    if (segment.record(member).status.load(std::memory_order_seq_cst) == MemberStatus::kMember)
      ++members;
  }
  return members;
}

}  // namespace fence
