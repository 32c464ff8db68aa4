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
  bool frees;             // by giving the memory back; then `write` is true
  uint64_t return_to[4];  // into the code of the access, then into its callers; 0: none
};

// Functions of a library, linked as it is, that the two threads called: the order that it makes by
// atomics of its own is not seen, and may be what the race lacks. All null if there is none.
struct UnseenCalls {
  const char* library = nullptr;  // its file
  const char* earlier = nullptr;  // called after the earlier access, by its thread
  const char* later = nullptr;    // called before the later one, by its
                                  // either empty: the library has started that thread
};

struct RaceInfo {
  uint64_t address;  // the first byte that both touch, as the later one knows it
  uint32_t bytes;    // so many
  RacingAccess later;
  RacingAccess earlier;
  UnseenCalls unseen;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_RACE_INFO_H_
