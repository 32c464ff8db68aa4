// The readers of one process: one for each other member that is there or is joining.
//
// The thread "roster" follows the members' records, starts a reader for each that appears, retires
// the reader of each that has gone, and joins the threads of those that have finished. It is also
// what renews this process's lease (lease.h): it waits for nothing but its bell.

#ifndef FENCE_ROSTER_H_
#define FENCE_ROSTER_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "fence/lease.h"
#include "fence/message.h"
#include "fence/reader.h"
#include "fence/segment.h"
#include "fence/thread.h"

namespace fence {

class Roster {
 public:
  // Called from the roster's thread.
  struct Events {
    std::function<void()> on_silence;  // the coordinator's lease has run out
    std::function<void()> on_ended;    // after `End`: no reader is left
  };

  // `segment` outlives the roster. Callbacks are called from the readers' threads, and from `Start`
  // on.
  Roster(const Segment& segment, Incarnation self, bool service, int spins,
         Reader::Callbacks callbacks, Events events);
  ~Roster();  // stops

  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  // ResourceExhausted when there is no thread to be had.
  absl::Status Start();

  // Ends all readers after the message that each is handling, and starts no more. Does not wait;
  // from any thread. The lease is kept.
  void End();

  // Ends all readers after the message that each is handling, and waits for them. Not from a
  // reader's thread.
  void Stop();

  // Puts all readers, and those still to come, into service or normal state.
  void SetService(bool service);

  // The reader whose handler the calling thread is running, or null. Valid as long as the handler
  // runs.
  Reader* Current();

 private:
  void Run();
  void Follow();
  bool EndReaders();
  void FollowMember(Incarnation member);
  void StartReader(Incarnation member);

  const Segment& segment_;
  const Incarnation self_;
  const int spins_;
  const Reader::Callbacks callbacks_;
  const Events events_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> end_ = false;

  // Of the roster's thread.
  Pulse pulse_;
  bool ended_ = false;

  std::mutex mutex_;
  bool service_;
  std::map<Incarnation, std::unique_ptr<Reader>> readers_;

  Thread thread_;
};

}  // namespace fence

#endif  // FENCE_ROSTER_H_
