// The two accesses of a data race, as far as the execution knows them.
#ifndef WEIR_SIM_ENGINE_RACE_INFO_H_
#define WEIR_SIM_ENGINE_RACE_INFO_H_

#include <cstddef>
#include <cstdint>

#include "sim/engine/thread_set.h"

namespace weir::sim {

struct RacingAccess {
  ThreadSlot slot;        // whose it was then
  uint32_t uid;           // that thread, which may be gone
  char path[64];          // its path
  bool write;             //
  bool atomic;            //
  uint64_t return_to[4];  // into the code of the access, then into its callers; 0: none
};

struct RaceInfo {
  uint64_t address;  // the first byte that both touch, as the later one knows it
  uint32_t bytes;    // so many
  RacingAccess later;
  RacingAccess earlier;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_RACE_INFO_H_
