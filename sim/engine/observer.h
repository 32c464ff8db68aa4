// Watches an execution, point by point. Slow: for replay, reports and minimising, not for
// searching.
#ifndef WEIR_SIM_ENGINE_OBSERVER_H_
#define WEIR_SIM_ENGINE_OBSERVER_H_

#include <cstdint>
#include <string_view>

#include "sim/engine/decision.h"
#include "sim/engine/object.h"

namespace weir::sim {

// A thread reached a scheduling point.
struct PointEvent {
  uint64_t step;         // 1, 2, …: the same count as Point::step
  uint64_t time_ns;      // virtual
  uint64_t fingerprint;  // of everything before this point
  uint64_t round;        // the last weir::Round(n); 0 before the first
  ThreadSlot thread;
  uint64_t thread_path;  // PathHash of the thread's path
  Op op;
  uint32_t repeat;  // how many loads of the same unchanged value at this place came just before
  const void* object;
  ObjectKey key;  // of `object`
};

// Calls come on the stack of the virtual thread, between executions of target code, with the engine
// in host mode: an observer may allocate, but not throw, and not call into the target.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnPoint(const PointEvent& event) { (void)event; }
  // After OnPoint of the same step, for each decision drawn there (a point may draw several: run,
  // wake) or for a fault, which is drawn when a process starts.
  virtual void OnDecision(const Point& point, Choice choice) { (void)point, (void)choice; }
  // The result of the thread's last operation (a loaded value, an error number); goes into the
  // fingerprint too.
  virtual void OnResult(ThreadSlot thread, uint64_t value) { (void)thread, (void)value; }
  // The thread's process is killed by a fault, before the operation of its last point; `restarts`:
  // and begins its next life at once. What weir::Kill() does is an operation, with a point.
  virtual void OnCrash(ThreadSlot thread, bool restarts) { (void)thread, (void)restarts; }
  // The target wrote to its standard output (1) or error (2).
  virtual void OnOutput(ThreadSlot thread, int fd, std::string_view text) {
    (void)thread, (void)fd, (void)text;
  }
  // weir::Observe().
  virtual void OnFact(ThreadSlot thread, std::string_view key, int64_t value) {
    (void)thread, (void)key, (void)value;
  }
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_OBSERVER_H_
