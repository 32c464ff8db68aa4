// Checks for authors of scenarios: what so often goes wrong that everybody would write it again.
//
// Each fails the execution with an id of its own (weir::Fail), which names the failure's bucket.
// They are plain memory, without a scheduling point: who reads and who writes must be ordered by
// what is tested, or the check itself races (the scenario oracle_race shows how that looks). Texts
// are callables that return a string; they run on failure only.
#ifndef WEIR_SIM_ORACLES_H_
#define WEIR_SIM_ORACLES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/weir.h"

namespace weir {

// Which of a stream's messages, numbered from 0, each observer has handled: all, in order, none
// twice, none missed. A count belongs to one (observer, stream) and has one writer, the thread that
// handles that stream for that observer. Counts only grow.
class MarkerLog {
 public:
  MarkerLog(size_t observers, size_t streams)
      : streams_(streams), handled_(observers * streams, 0) {}

  // In the handler of message `number`. Fails with `duplicate_marker` if it has been handled
  // before, with `out_of_order` if one before it has not.
  template <typename Text>
  void Handle(size_t observer, size_t stream, int64_t number, Text&& text) {
    int64_t& handled = handled_[observer * streams_ + stream];
    Expect(number >= handled, "duplicate_marker", text);
    Expect(number <= handled, "out_of_order", text);
    ++handled;
  }

  int64_t handled(size_t observer, size_t stream) const {
    return handled_[observer * streams_ + stream];
  }

  // Fails with `missed_marker` unless the first `count` have been handled.
  template <typename Text>
  void ExpectHandled(size_t observer, size_t stream, int64_t count, Text&& text) const {
    Expect(handled(observer, stream) >= count, "missed_marker", text);
  }

 private:
  size_t streams_;
  std::vector<int64_t> handled_;
};

// Something that one thread at a time may write. Fails with `second_writer` if another one is at
// it.
class SingleWriter {
 public:
  class Writing {
   public:
    explicit Writing(bool* writing) : writing_(writing) { *writing_ = true; }
    ~Writing() { *writing_ = false; }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    bool* writing_;
  };

  // The calling thread writes for as long as the result lives.
  template <typename Text>
  [[nodiscard]] Writing Write(Text&& text) {
    Expect(!writing_, "second_writer", text);
    return Writing(&writing_);
  }

 private:
  bool writing_ = false;
};

// A value that never goes back.
class Monotone {
 public:
  explicit Monotone(int64_t least) : value_(least) {}

  // Fails with `went_back` if `value` is below the one before.
  template <typename Text>
  void Set(int64_t value, Text&& text) {
    Expect(value >= value_, "went_back", text);
    value_ = value;
  }
  int64_t value() const { return value_; }

 private:
  int64_t value_;
};

// Things that are begun, and then done, each once, in any order; numbered from 0.
class ExactlyOnce {
 public:
  // The next one's number.
  size_t Begin() {
    done_.push_back(false);
    return done_.size() - 1;
  }
  // Fails with `done_twice`.
  template <typename Text>
  void Done(size_t number, Text&& text) {
    Expect(number < done_.size() && !done_[number], "done_twice", text);
    done_[number] = true;
  }
  size_t begun() const { return done_.size(); }

  // Fails with `never_done` if one of the first `count` has not been done. `text` is given the
  // first such number.
  template <typename Text>
  void ExpectDone(size_t count, Text&& text) {
    for (; checked_ < count; ++checked_) {
      const size_t number = checked_;
      Expect(number < done_.size() && done_[number], "never_done", [&] { return text(number); });
    }
  }

 private:
  std::vector<bool> done_;
  size_t checked_ = 0;  // all before it have been found done
};

}  // namespace weir

#endif  // WEIR_SIM_ORACLES_H_
