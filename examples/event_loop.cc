// An event loop in frames: a coordinator and three workers, each a process of its own.
//
// In each frame every worker sends a result. The barrier at its end returns to the coordinator when
// it has handled them all, whatever the others are doing by then.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>

#include "fence/process.h"

constexpr uint32_t kResult = 1;  // a type of message; a program may have many
constexpr uint32_t kWorkers = 3;
constexpr uint32_t kFrames = 4;

// The whole life of one member. Slot 0 is the coordinator.
absl::Status Run(const std::string& group, uint32_t slot) {
  // Counted by frame: a fast worker may be in the next one already.
  std::array<std::atomic<uint32_t>, kFrames> results = {};
  fence::Options options;
  options.group = group;
  options.slot = slot;
  options.patience = std::chrono::seconds(20);  // of calls that are given no deadline
  options.handlers[kResult] = [&results](fence::Process&, const fence::Message& message) {
    ++results.at(std::stoul(std::string(message.payload)));
  };
  const auto joined = slot == 0 ? fence::Process::Create(options) : fence::Process::Join(options);
  if (!joined.ok()) return joined.status();
  fence::Process& self = **joined;
  absl::Status status = self.AwaitMembers(kWorkers + 1);

  for (uint32_t frame = 0; frame < kFrames && status.ok(); ++frame) {
    // Here a worker would work. The message says of which frame it is the result.
    if (slot != 0) status = self.Send(kResult, std::to_string(frame));
    if (!status.ok()) break;
    // Longer than it takes to notice that a worker is dead: options.lease and a half, 15 seconds.
    const auto deadline = fence::Deadline::In(std::chrono::seconds(20));
    const auto end = self.Barrier("frame", fence::Mode::kDelivery, deadline);
    status = end.status;
    // Without an error but not satisfied: a worker has died, and its result may be missing.
    if (slot == 0 && status.ok())
      std::printf("frame %u: %u results%s\n", frame, results[frame].load(),
                  end.satisfied() ? "" : ", a worker was lost");
  }
  // Nobody leaves while another one waits for the end of the last frame.
  if (status.ok()) status = self.Barrier("end", fence::Mode::kRendezvous).status;
  return status.ok() ? self.Leave() : status;
}

int main() {
  const std::string group = "event_loop." + std::to_string(getpid());
  uint32_t slot = 0;
  // Before any Process is made: a child has none of its parent's threads.
  for (uint32_t next = 1; next <= kWorkers && slot == 0; ++next)
    if (fork() == 0) slot = next;
  const absl::Status status = Run(group, slot);
  if (!status.ok()) std::fprintf(stderr, "slot %u: %s\n", slot, status.ToString().c_str());
  bool failed = !status.ok();
  for (int end = 0; slot == 0 && wait(&end) > 0;) failed |= end != 0;
  return failed ? 1 : 0;
}
