// The races of the loaded target: who its threads are to the detector (sim/engine/race.h), what
// its addresses are, and what comes of a race.
//
// Only a target that is compiled with its memory accesses (weir_target(… MEMORY)) has a detector.
// Its imports are then bound to functions that tell it what they do (happens_before.cc,
// memory_access.cc); every other target keeps the plain ones, and pays nothing.
#ifndef WEIR_SIM_POSIX_RACE_H_
#define WEIR_SIM_POSIX_RACE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "sim/engine/race.h"
#include "sim/engine/world.h"
#include "sim/posix/shared_pool.h"

namespace weir::sim {

// Null when the target does not tell of its memory accesses.
extern RaceDetector* g_races;

// Gets ready for such a target. Once per process, before it is loaded.
absl::Status StartRaces();
// Forgets the last execution.
void ResetRaces();

// Who the current virtual thread is. One that is new is made known first: it knows what its process
// was started with.
RaceThread RaceSelf();
// The thread of that slot, which `parent` has just created and which has not run yet.
void RaceStartsThread(ThreadSlot slot, RaceThread parent);
// The thread that last was in that slot.
RaceThread RaceThreadIn(ThreadSlot slot);
// The current thread comes to its end by itself.
void RaceThreadEnds();
// Everything that threads of the process have done is known to `thread`: they are no more.
void RaceJoinProcess(RaceThread thread, uint16_t process);
// The current thread leaves a once routine without having completed it: whoever runs it next knows
// what has been done. Does nothing if there is no detector.
void RaceLeavesOnce(const void* control);
// What a process knows at its start is released here.
uint64_t RacePlaceOfProcess(uint16_t process);

// The number of a byte, the same for all mappings of shared memory. Memory outside of the World and
// of the target (a library's globals) has one, too, but only for what synchronises: kNoPlace asks
// whether it has histories.
inline constexpr uint64_t kOddPlace = uint64_t{1} << 62;
inline uint64_t RacePlaceOf(const volatile void* object) {
  constexpr uint64_t kHeapEnd = kHeapOffset + kHeapBytes;
  constexpr uint64_t kTargetBytes = RaceDetector::kDirectPlaces - kHeapEnd - kSharedBytes;
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (address - kWorldAddress < kHeapEnd) return address - kWorldAddress;
  if (address - kTargetAddress < kTargetBytes) {
    return kHeapEnd + kSharedBytes + (address - kTargetAddress);
  }
  if (address - kSharedAddress < kWindowBytes) {
    return kHeapEnd + (address - kSharedAddress) % kSharedBytes;
  }
  return kOddPlace | address;
}
inline bool HasHistory(uint64_t place) { return place < RaceDetector::kDirectPlaces; }

// Where a call into weir comes from. `frame` is the called function's __builtin_frame_address(0):
// targets are compiled with frame pointers.
RaceSites RaceSitesOf(const void* return_address, const void* frame);
#define WEIR_RACE_SITES() \
  ::weir::sim::RaceSitesOf(__builtin_return_address(0), __builtin_frame_address(0))

// Tells the detector of an access by the current virtual thread. A race that nobody suppresses ends
// the execution.
void RaceAccesses(RaceThread thread, const volatile void* object, uint64_t bytes, bool write,
                  bool atomic, const RaceSites& sites);
// The same for a write that stands for giving the memory back.
void RaceFrees(RaceThread thread, const void* block, uint64_t bytes, const RaceSites& sites);

// What the current thread accesses from here on is neither checked nor remembered, until the end
// has been called as often as the beginning.
void RaceIgnoreBegin();
void RaceIgnoreEnd();
// The fiber of the program's own that the current thread runs; null until it has been set.
void* RaceFiber();
void SetRaceFiber(void* fiber);
// Races at those bytes do not count. What is said before the executions holds in all of them. At
// most kMostBenign ranges at a time; more are not minded.
inline constexpr size_t kMostBenign = 256;
void RaceIsBenign(const volatile void* object, size_t bytes);

// What the target's import of that name is bound to instead of `resolved`; null: nothing else.
// `is_target`: not one of the libraries that it uses.
void* HappensBeforeFor(const char* name, uintptr_t resolved, bool is_target);
void* MemoryAccessFor(const char* name, bool is_target);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_RACE_H_
