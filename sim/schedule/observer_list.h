// Several observers of one execution.
#ifndef WEIR_SIM_SCHEDULE_OBSERVER_LIST_H_
#define WEIR_SIM_SCHEDULE_OBSERVER_LIST_H_

#include <utility>
#include <vector>

#include "sim/engine/observer.h"

namespace weir::sim {

// Passes every call to each, in their order. They are not owned.
class ObserverList final : public Observer {
 public:
  explicit ObserverList(std::vector<Observer*> observers) : observers_(std::move(observers)) {}

  void OnPoint(const PointEvent& event) override {
    for (Observer* observer : observers_) observer->OnPoint(event);
  }
  void OnDecision(const Point& point, Choice choice) override {
    for (Observer* observer : observers_) observer->OnDecision(point, choice);
  }
  void OnResult(ThreadSlot thread, uint64_t value) override {
    for (Observer* observer : observers_) observer->OnResult(thread, value);
  }
  void OnCrash(ThreadSlot thread, bool restarts) override {
    for (Observer* observer : observers_) observer->OnCrash(thread, restarts);
  }
  void OnOutput(ThreadSlot thread, int fd, std::string_view text) override {
    for (Observer* observer : observers_) observer->OnOutput(thread, fd, text);
  }
  void OnFact(ThreadSlot thread, std::string_view key, int64_t value) override {
    for (Observer* observer : observers_) observer->OnFact(thread, key, value);
  }

 private:
  std::vector<Observer*> observers_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_OBSERVER_LIST_H_
