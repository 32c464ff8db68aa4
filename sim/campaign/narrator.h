// Where in the source each event of an execution happened, and the story that this makes with its
// trace.
#ifndef WEIR_SIM_CAMPAIGN_NARRATOR_H_
#define WEIR_SIM_CAMPAIGN_NARRATOR_H_

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "sim/engine/observer.h"
#include "sim/schedule/schedule.h"
#include "sim/schedule/trace.h"
#include "sim/verdict/report.h"
#include "sim/verdict/symbols.h"
#include "sim/view/story.h"

namespace weir::sim {

// Notes the return addresses in the target at each point. Some microseconds per point.
class PlaceObserver final : public Observer {
 public:
  // Keeps the last `most` points.
  explicit PlaceObserver(size_t most) : most_(most) {}

  void OnPoint(const PointEvent& event) override;

  // "reader.cc:88": the innermost frame in the user's code at that point; "" if it is not known.
  std::string PlaceOf(uint64_t step, Symbols& symbols) const;
  // That frame; null if it is not known.
  const Frame* FrameAt(uint64_t step, Symbols& symbols) const;

 private:
  static constexpr size_t kAddresses = 12;
  struct Entry {
    uint64_t step = 0;
    std::array<uint64_t, kAddresses> addresses{};  // innermost first; 0 ends them
  };
  size_t most_;
  std::deque<Entry> entries_;  // by step
};

// The story of an execution. `schedule` has the edits that the trace refers to, `report` says who
// waits at the end. `places` and `symbols` may be null. ObjectName() must still be valid for it.
Story MakeStory(const Trace& trace, const Schedule& schedule, const Report& report,
                const PlaceObserver* places, Symbols* symbols);

// "stands still for 1 ms": what a choice of the kind kFault does.
std::string FaultText(const EditChoice& choice);

// "coordinator/reader-1 runs next": what an edit chose.
std::string EditText(const Edit& edit, const Schedule& schedule);

// The process of a thread, and which life of it: "worker-1#1" of "worker-1#1/main.2".
std::string ProcessOf(std::string_view thread_path);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_NARRATOR_H_
