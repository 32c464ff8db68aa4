// Which process a kFault decision is about, and in which of its lives: what recorder and replay
// agree on.
#ifndef WEIR_SIM_SCHEDULE_PROCESS_LIVES_H_
#define WEIR_SIM_SCHEDULE_PROCESS_LIVES_H_

#include <cstdint>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/engine/observer.h"

namespace weir::sim {

struct FaultPlace {
  uint64_t process = 0;      // PathHash of its name
  uint32_t incarnation = 0;  // how many lives it had before this one
};

// A decision names its process by address; the point at which the process was spawned told the
// name. A process draws once in every life.
class ProcessLives {
 public:
  void Clear() { lives_.clear(); }

  void Note(const PointEvent& event) {
    if (event.op != Op::kProcessSpawn || event.object == nullptr) return;
    lives_.push_back({event.object, event.key.owner, 0});
  }

  // Allocates nothing. Call once for each kFault decision, in their order.
  FaultPlace Draw(const Point& point) {
    for (Life& life : lives_) {
      if (life.address == point.object) return {life.process, life.begun++};
    }
    return {};
  }

 private:
  struct Life {
    const void* address;
    uint64_t process;
    uint32_t begun;
  };
  std::vector<Life> lives_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_PROCESS_LIVES_H_
