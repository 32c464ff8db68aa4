#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "bench/fence/cases.h"
#include "bench/fence/group.h"

namespace bench {
namespace {

constexpr uint32_t kProcesses[] = {2, 4, 8};

// Times `round()` so often, in every process; rank 0 has the figures.
template <typename Round>
void Rounds(Member& member, uint64_t rounds, const Round& round) {
  member.Gate();
  if (member.rank() == 0) member.Begin();
  for (uint64_t i = 0; i < rounds; ++i) {
    const int64_t before = Now();
    round();
    if (member.rank() == 0) member.Latency(Now() - before);
  }
  if (member.rank() == 0) member.End();
}

Sample OfFence(uint32_t processes, uint64_t rounds, fence::Mode mode, int messages) {
  return RunCohort(processes, rounds, [&](Member& member) {
    fence::Options options;
    options.handlers[kMessage] = [](fence::Process&, const fence::Message&) {};
    const auto self = JoinGroup(member, std::move(options));
    const std::array<char, 64> payload{};
    Rounds(member, rounds, [&] {
      for (int i = 0; i < messages; ++i)
        Must(self->Send(kMessage, {payload.data(), payload.size()}), "send");
      Must(self->Barrier("round", mode).status, "barrier");
    });
    LeaveGroup(member, *self);
  });
}

Sample OfPthreads(uint32_t processes, uint64_t rounds) {
  return RunCohort(processes, rounds, [&](Member& member) {
    Rounds(member, rounds, [&] { pthread_barrier_wait(&member.reference_barrier()); });
  });
}

}  // namespace

std::vector<Case> BarrierCases() {
  std::vector<Case> cases;
  for (const uint32_t processes : kProcesses) {
    cases.push_back(
        {.name = absl::StrCat("rendezvous/", processes),
         .run = [=](uint64_t n) { return OfFence(processes, n, fence::Mode::kRendezvous, 0); },
         .reference = [=](uint64_t n) { return OfPthreads(processes, n); }});
  }
  for (const fence::Mode mode : {fence::Mode::kDelivery, fence::Mode::kProcessing}) {
    for (const uint32_t processes : kProcesses) {
      for (const int messages : {0, 8, 64}) {
        cases.push_back({.name = absl::StrCat(fence::ToString(mode), "/", processes, "x", messages),
                         .run = [=](uint64_t n) { return OfFence(processes, n, mode, messages); }});
      }
    }
  }
  return cases;
}

}  // namespace bench
