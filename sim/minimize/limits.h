// Every constant of the minimiser, with the reason beside it.
#ifndef WEIR_SIM_MINIMIZE_LIMITS_H_
#define WEIR_SIM_MINIMIZE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace weir::sim {

// Scheduling points that one call of Executor::Search may spend: the time is up when it is up, and
// that is asked between calls. A point of a short execution costs some 200 ns, its start and end
// included.
inline constexpr uint64_t kSearchChunkPoints = 1'000'000;
// What a search for the failure may spend at each of the smaller values that the small start climbs
// through, before it climbs through them again with more. Most bugs show within some hundred
// executions of a thousand points; what is rarer is still worth seconds, since the alternative is
// to delta-debug thousands of edits of a long execution.
inline constexpr uint64_t kLadderPoints[] = {300'000, 3'000'000, 20'000'000};
// The last of these is for so many of the smallest values only.
inline constexpr size_t kPatientRungs = 6;
// The same for one parameter that is to shrink; the second once nothing changes any more with the
// first.
inline constexpr uint64_t kParameterPoints[] = {500'000, 3'000'000};
// The same for a different failing execution that might need fewer edits.
inline constexpr uint64_t kAnotherWayPoints = 3'000'000;

// A parameter that is tried at more than its recorded value is at most so far above its least: an
// execution of 64 somethings is affordable, one of a billion is not.
inline constexpr uint64_t kMostGrowth = 63;

// Other failing executions that are minimised in the hope of fewer edits, until so many in a row
// have brought nothing. Random executions that fail shrink to different local minima; most of those
// seen so far differ by one or two edits.
inline constexpr int kAnotherWayTries = 8;
// A failure of so few edits is not searched for in another way.
inline constexpr size_t kFewEdits = 1;
// More edits than these are no explanation yet: the failure is searched for with one parameter up
// to so much larger, too, and a smaller parameter is not worth more of them. What many edits
// squeeze into one round may come about with three of them in two.
inline constexpr size_t kManyEdits = 6;
inline constexpr int64_t kALittleLarger = 2;
inline constexpr int kSmallerTries = 4;
inline constexpr int kLargerTries = 12;
inline constexpr uint64_t kLargerPoints = 6'000'000;
// Deleting two edits at once is tried for up to so many edits: 66 executions.
inline constexpr size_t kMostPairedEdits = 12;

// The best so far is handed over at the end of each pass, and within one after so many executions.
inline constexpr uint64_t kTriesBetweenSaves = 50;

}  // namespace weir::sim

#endif  // WEIR_SIM_MINIMIZE_LIMITS_H_
