// Which events of an execution depend on each other, and which of them race.
#ifndef WEIR_SIM_STRATEGY_DEPENDENCE_H_
#define WEIR_SIM_STRATEGY_DEPENDENCE_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/operation.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

// What a thread does between two scheduling points.
struct Event {
  enum class On : uint8_t {
    kNothing,   // depends on no other thread's event: the life of a thread
    kObject,    // on those of the same object, unless both only look
    kAnything,  // on all: what it touches is not known
  };
  ThreadSlot thread = kNoThread;
  On on = On::kNothing;
  bool looks = false;
  uintptr_t object = 0;  // kObject: the address, without the bits of a place in 16 bytes
};

Event EventAt(ThreadSlot thread, Op op, const void* object);

// Of two different threads' events: swapping them, next to each other, may change something.
bool Depend(const Event& a, const Event& b);

// Two events of which the first one happened before the second for no other reason than that it
// came first: they depend on each other, and nothing is in between. So the second one could have
// come first; whatever did not happen because of the first one would still have come before it.
struct Race {
  uint32_t first;
  uint32_t second;
  // Who could take the step that `first` took, on the way there: the initials of that sequence.
  std::array<uint64_t, ThreadSet::kWords> initials{};
};

// All races, by the second event. `enabled_by[i]`: the event that let the thread of event i run,
// which it had to wait for, or kNoEvent. Takes time of the order of the cube of the number of
// events.
//
// P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas: Optimal Dynamic Partial Order Reduction, POPL
// 2014, section 4 (the source sets).
inline constexpr uint32_t kNoEvent = ~uint32_t{0};
std::vector<Race> Races(std::span<const Event> events, std::span<const uint32_t> enabled_by);

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_DEPENDENCE_H_
