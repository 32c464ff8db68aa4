// A fence group for a cohort: rank 0 is the coordinator.
#ifndef FENCE_BENCH_GROUP_H_
#define FENCE_BENCH_GROUP_H_

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "bench/fence/cohort.h"
#include "fence/process.h"

namespace bench {

inline constexpr uint32_t kMessage = 1;

// Ends this process with an error unless a call went well.
inline void Must(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, std::string(status.message()).c_str());
  std::exit(1);
}

// A member of the cohort's group, when all have joined.
inline std::unique_ptr<fence::Process> JoinGroup(Member& member, fence::Options options) {
  options.group = member.name();
  options.slot = member.rank();
  options.geometry.slots = options.geometry.incarnations = member.size();
  auto self = member.rank() == 0 ? fence::Process::Create(std::move(options))
                                 : fence::Process::Join(std::move(options));
  Must(self.status(), "join");
  Must((*self)->AwaitMembers(member.size()), "await members");
  member.Gate();
  return *std::move(self);
}

// The coordinator is the last to leave.
inline void LeaveGroup(Member& member, fence::Process& self) {
  if (member.rank() != 0) Must(self.Leave(), "leave");
  member.Gate();
  if (member.rank() == 0) Must(self.Leave(), "leave");
}

}  // namespace bench

#endif  // FENCE_BENCH_GROUP_H_
