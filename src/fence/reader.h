// A request reader: one thread that reads one other member's ring, runs the handlers and publishes
// how far it came.
//
// Progress moves after a message has been handled: after its handler, and what that queued with
// RunAfterCurrentHandler, have returned. It moves after every message of every kind, by the one
// line of code that all paths share; and it is published once before the first, so that "nothing
// yet" and "not there" differ.
//
// In service state only control messages pass. An application message waits in the ring, and
// progress waits with it, whatever is published behind it; if that lasts, the ring fills up and
// holds the sender back.
//
// A reader ends early in two cases. Where a handler throws, its message stays unhandled for ever,
// and this process must go: it is its own fault. Where the ring holds what cannot be, the sender
// must go; the cell says so to the coordinator.

#ifndef FENCE_READER_H_
#define FENCE_READER_H_

#include <atomic>
#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "fence/layout.h"
#include "fence/message.h"
#include "fence/ring.h"
#include "fence/segment.h"
#include "fence/thread.h"

namespace fence {

class Reader {
 public:
  struct Callbacks {
    std::function<void(const Message&)> deliver;  // runs the application's handler, which may throw
    std::function<void(const absl::Status&)> on_unreadable;  // the sender's ring, any further
    std::function<void(const absl::Status&)> on_failure;     // this process cannot go on
  };

  // `segment` outlives the reader. `spins`: how often a wait looks before it sleeps.
  Reader(const Segment& segment, Incarnation self, Incarnation sender, uint32_t sender_slot,
         bool service, int spins, Callbacks callbacks);
  ~Reader() { Join(); }

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Starts the thread "reader-<slot of the sender>". It attaches to the sender's ring at what is
  // published then, and tells the coordinator. ResourceExhausted when there is no thread to be had.
  absl::Status Start();

  // Ends after the message that is being handled. Does not wait.
  void Stop();

  // The sender has gone: ends once everything that it published has been handled.
  void Retire();

  // Waits for the thread, which ends after Stop or Retire.
  void Join();

  void SetService(bool service);

  // Queues `task` to run, in order, when the current handler has returned, before the message
  // counts as handled. Only in a handler or in such a task.
  void RunAfterCurrentHandler(std::function<void()> task) {
    after_handler_.push_back(std::move(task));
  }

  std::thread::id thread_id() const { return thread_.id(); }
  bool finished() const { return finished_.load(std::memory_order_acquire); }

 private:
  void Run();
  bool Step();  // false when it has ended
  void AdoptState();
  bool Fetch(uint64_t sequence);
  bool Handle();
  bool Deliver(const Envelope& envelope);
  absl::Status RunHandler(const Message& message);
  void Publish(uint64_t sequence);

  Control& control_;
  const MemberRecord& self_;  // to notice that this process has been dropped
  const RingView view_;
  RingReader ring_;
  const Incarnation sender_;
  const uint32_t sender_slot_;
  const Callbacks callbacks_;

  std::atomic<bool> stop_ = false;
  std::atomic<bool> retired_ = false;
  std::atomic<bool> service_;
  std::atomic<bool> finished_ = false;

  // Of the reader's thread.
  const int spins_;
  ReaderState state_ = ReaderState::kDetached;
  uint64_t next_ = 0;  // the message to handle next
  Envelope envelope_{};
  std::string body_;
  std::deque<std::function<void()>> after_handler_;

  Thread thread_;
};

}  // namespace fence

#endif  // FENCE_READER_H_
