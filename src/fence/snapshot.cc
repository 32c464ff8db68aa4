#include "fence/snapshot.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

const char* ToString(MemberStatus status) {
  switch (status) {
    case MemberStatus::kFree:
    case MemberStatus::kClaimed:
      return "not ready";
    case MemberStatus::kJoining:
      return "joining";
    case MemberStatus::kMember:
      return "member";
    case MemberStatus::kLeft:
      return "left";
    case MemberStatus::kLost:
      return "lost";
  }
  return "in an unknown state";
}

MemberView LookAt(const Segment& segment, Incarnation member) {
  const MemberRecord& record = segment.record(member);
  return {.incarnation = member,
          .slot = record.slot,
          .name = std::string(record.name, strnlen(record.name, kMaxMemberName)),
          .status = record.status.load(std::memory_order_acquire),
          .pid = record.pid,
          .published = segment.request_ring(member).Published()};
}

}  // namespace

Snapshot TakeSnapshot(const Segment& segment) {
  Snapshot snapshot;
  const Incarnation claimed = std::min(segment.control().claimed.load(std::memory_order_acquire),
                                       segment.geometry().incarnations);
  for (Incarnation member = 1; member <= claimed; ++member) {
    const MemberStatus status = segment.record(member).status.load(std::memory_order_acquire);
    if (status == MemberStatus::kFree || status == MemberStatus::kClaimed) continue;
    snapshot.members.push_back(LookAt(segment, member));
    for (Incarnation observer = 1; observer <= claimed; ++observer) {
      const Observed observed = Observe(segment.progress(observer, member));
      if (IsReading(observed.state)) snapshot.progress.push_back({observer, member, observed});
    }
  }
  return snapshot;
}

std::string ToString(const Snapshot& snapshot) {
  std::string text;
  for (const MemberView& member : snapshot.members) {
    absl::StrAppend(&text, "incarnation ", member.incarnation, " \"", member.name, "\" in slot ",
                    member.slot, ", ", ToString(member.status), ", published up to ",
                    ToString(member.published), "\n");
    for (const ProgressView& view : snapshot.progress) {
      if (view.sender != member.incarnation || view.observed.progress == member.published) continue;
      absl::StrAppend(&text, "  incarnation ", view.observer, " has handled up to ",
                      ToString(view.observed.progress),
                      view.observed.state == ReaderState::kService ? ", in service state" : "",
                      "\n");
    }
  }
  return text;
}

}  // namespace fence
