#include "fence/roster.h"

#include <algorithm>
#include <utility>

namespace fence {

Roster::Roster(const Segment& segment, Incarnation self, bool service, int spins,
               Reader::Callbacks callbacks, Events events)
    : segment_(segment),
      self_(self),
      spins_(spins),
      callbacks_(std::move(callbacks)),
      events_(std::move(events)),
      pulse_(segment, self, events_.on_silence),
      service_(service) {}

Roster::~Roster() { Stop(); }

absl::Status Roster::Start() {
  return thread_.Start("roster", [this] { Run(); });
}

void Roster::End() {
  end_.store(true, std::memory_order_release);
  segment_.control().roster.RingForEnd();
}

void Roster::Stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_release);
  const auto wake = [this] { segment_.control().roster.RingForEnd(); };
  wake();
  thread_.Join(wake);
  // The readers stay in the map until their threads have ended: a handler that is still running
  // asks for its own.
  {
    const std::lock_guard lock(mutex_);
    for (auto& [member, reader] : readers_) reader->Stop();
  }
  for (auto& [member, reader] : readers_) reader->Join();
  const std::lock_guard lock(mutex_);  // other threads still ask whether they are readers
  readers_.clear();
}

void Roster::SetService(bool service) {
  const std::lock_guard lock(mutex_);
  service_ = service;
  for (auto& [member, reader] : readers_) reader->SetService(service);
}

Reader* Roster::Current() {
  const std::lock_guard lock(mutex_);
  for (auto& [member, reader] : readers_) {
    if (reader->thread_id() == std::this_thread::get_id()) return reader.get();
  }
  return nullptr;
}

void Roster::Run() {
  Doorbell& bell = segment_.control().roster;
  for (;;) {
    const Doorbell::Ticket ticket = bell.Listen();
    if (stop_.load(std::memory_order_acquire)) return;
    if (!end_.load(std::memory_order_acquire)) {
      Follow();
    } else if (!ended_ && EndReaders()) {
      ended_ = true;
      events_.on_ended();
    }
    bell.Wait(ticket, pulse_.Tick());
  }
}

void Roster::Follow() {
  const std::lock_guard lock(mutex_);
  const Incarnation claimed = std::min(segment_.control().claimed.load(std::memory_order_acquire),
                                       segment_.geometry().incarnations);
  for (Incarnation member = 1; member <= claimed; ++member) {
    if (member != self_) FollowMember(member);
  }
}

// True when none is left. Each rings when it has ended.
bool Roster::EndReaders() {
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [](const auto& entry) { return entry.second->finished(); });
  for (auto& [member, reader] : readers_) reader->Stop();
  return readers_.empty();
}

void Roster::FollowMember(Incarnation member) {
  const auto found = readers_.find(member);
  switch (segment_.record(member).status.load(std::memory_order_acquire)) {
    case MemberStatus::kFree:
    case MemberStatus::kClaimed:
      return;
    case MemberStatus::kJoining:
    case MemberStatus::kMember:
      if (found == readers_.end()) StartReader(member);
      return;
    case MemberStatus::kLeft:
    case MemberStatus::kLost:
      if (found == readers_.end()) return;
      if (found->second->finished()) {
        readers_.erase(found);
      } else {
        found->second->Retire();
      }
      return;
  }
}

void Roster::StartReader(Incarnation member) {
  const uint32_t slot = segment_.record(member).slot;
  // Nobody's, and handlers may count on the range. The coordinator drops whoever claims it.
  if (slot >= segment_.geometry().slots) return;
  auto reader =
      std::make_unique<Reader>(segment_, self_, member, slot, service_, spins_, callbacks_);
  if (absl::Status started = reader->Start(); !started.ok()) return callbacks_.on_failure(started);
  readers_[member] = std::move(reader);
}

}  // namespace fence
