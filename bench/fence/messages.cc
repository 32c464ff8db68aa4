#include <atomic>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/fence/cases.h"
#include "bench/fence/group.h"

namespace bench {
namespace {

using boost::interprocess::message_queue;

constexpr uint32_t kReaders[] = {1, 2, 4};
constexpr uint32_t kCapacity = 256;  // messages, of a ring and of a queue

// Of a stream the sender sends as much as it can. Otherwise it sends one message, which says when,
// and pauses; a clock would be most of what a message of a stream costs.
constexpr int64_t kStream = 0;

// How long the message took, as rank 0 hears it.
void Record(Member& member, std::string_view message) {
  if (member.rank() != 0) return;
  int64_t sent;
  std::memcpy(&sent, message.data(), sizeof sent);
  member.Latency(Now() - sent);
}

// The sender: `send(message)` so often, and waits until all have read all.
template <typename Send>
void SendAll(Member& member, uint64_t messages, uint32_t bytes, int64_t pause_ns,
             const Send& send) {
  std::vector<char> message(bytes);
  member.Begin();
  for (uint64_t i = 0; i < messages; ++i) {
    if (pause_ns != kStream) {
      const timespec pause{.tv_sec = 0, .tv_nsec = pause_ns};
      nanosleep(&pause, nullptr);
      const int64_t now = Now();
      std::memcpy(message.data(), &now, sizeof now);
    }
    send(std::string_view(message.data(), message.size()));
  }
  for (uint32_t i = 1; i < member.size(); ++i) sem_wait(&member.semaphore());
  member.End();
}

// The sender is the last rank, a worker: so the coordinator looks for calls among its messages.
Sample OfFence(uint32_t readers, uint64_t messages, uint32_t bytes, int64_t pause_ns) {
  return RunCohort(readers + 1, messages, [&](Member& member) {
    uint64_t heard = 0;
    fence::Options options;
    options.geometry.ring_messages = kCapacity;
    options.geometry.message_bytes = std::max<uint32_t>(bytes, 128);
    options.handlers[kMessage] = [&](fence::Process&, const fence::Message& message) {
      if (pause_ns != kStream) Record(member, message.payload);
      if (++heard == messages) sem_post(&member.semaphore());
    };
    const auto self = JoinGroup(member, std::move(options));
    if (member.rank() == readers) {
      SendAll(member, messages, bytes, pause_ns,
              [&](std::string_view message) { Must(self->Send(kMessage, message), "send"); });
    }
    member.Gate();  // until all is heard
    LeaveGroup(member, *self);
  });
}

Sample OfBoost(uint32_t readers, uint64_t messages, uint32_t bytes, int64_t pause_ns) {
  using boost::interprocess::create_only;
  using boost::interprocess::open_only;
  return RunCohort(readers + 1, messages, [&](Member& member) {
    const auto name = [&](uint32_t reader) { return absl::StrCat(member.name(), ".", reader); };
    std::optional<message_queue> own;
    if (member.rank() < readers)
      own.emplace(create_only, name(member.rank()).c_str(), kCapacity, bytes);
    member.Gate();
    if (member.rank() == readers) {
      std::vector<std::unique_ptr<message_queue>> queues;
      for (uint32_t reader = 0; reader < readers; ++reader)
        queues.push_back(std::make_unique<message_queue>(open_only, name(reader).c_str()));
      SendAll(member, messages, bytes, pause_ns, [&](std::string_view message) {
        for (const auto& queue : queues) queue->send(message.data(), message.size(), 0);
      });
    } else {
      std::vector<char> message(bytes);
      for (uint64_t i = 0; i < messages; ++i) {
        message_queue::size_type size = 0;
        unsigned priority = 0;
        own->receive(message.data(), message.size(), size, priority);
        if (pause_ns != kStream) Record(member, {message.data(), size});
      }
      sem_post(&member.semaphore());
    }
    member.Gate();
    if (own) message_queue::remove(name(member.rank()).c_str());
  });
}

Case MessageCase(const char* kind, uint32_t readers, uint32_t bytes, int64_t pause_ns) {
  return {.name = absl::StrCat(kind, "/", readers, "x", bytes),
          .run = [=](uint64_t n) { return OfFence(readers, n, bytes, pause_ns); },
          .reference = [=](uint64_t n) { return OfBoost(readers, n, bytes, pause_ns); },
          .bytes = bytes};
}

}  // namespace

std::vector<Case> MessageCases() {
  std::vector<Case> cases;
  for (const uint32_t bytes : {64, 4096}) {
    for (const uint32_t readers : kReaders)
      cases.push_back(MessageCase("stream", readers, bytes, kStream));
  }
  for (const uint32_t readers : kReaders)
    cases.push_back(MessageCase("single", readers, 64, /*pause_ns=*/100'000));
  return cases;
}

}  // namespace bench
