// Where in the source each event of an execution happened.
#ifndef WEIR_SIM_CAMPAIGN_PLACE_OBSERVER_H_
#define WEIR_SIM_CAMPAIGN_PLACE_OBSERVER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/observer.h"
#include "sim/verdict/symbols.h"

namespace weir::sim {

// Notes the return addresses in the target at points. Each costs some microseconds.
class PlaceObserver final : public Observer {
 public:
  // Keeps the last `most` points.
  explicit PlaceObserver(size_t most) : most_(most) {}
  // Keeps these points and no others.
  explicit PlaceObserver(std::set<uint64_t> steps)
      : most_(steps.size()), chosen_(std::move(steps)) {}

  void OnPoint(const PointEvent& event) override;

  // "reader.cc:88": the innermost frame in the user's code at that point; "" if it is not known.
  std::string PlaceOf(uint64_t step, Symbols& symbols) const;
  // That frame; null if it is not known.
  const Frame* FrameAt(uint64_t step, Symbols& symbols) const;
  // Gives all frames in the target there, innermost first; it is empty if none is known.
  std::vector<Frame> StackAt(uint64_t step, Symbols& symbols) const;

 private:
  static constexpr size_t kAddresses = 12;
  struct Entry {
    uint64_t step = 0;
    std::array<uint64_t, kAddresses> addresses{};  // innermost first; 0 ends them
  };

  const Entry* Find(uint64_t step) const;

  size_t most_;
  std::optional<std::set<uint64_t>> chosen_;  // else all
  std::deque<Entry> entries_;                 // by step
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_PLACE_OBSERVER_H_
