// Calls of libraries that may make order which is not seen (unseen.h): what a data race could be a
// false alarm by.
//
// The target's calls of such a library's functions pass through a piece of code that notes, of each
// thread, which one it called last. A function's address stays what it is: only what is called
// through the procedure linkage table is noted. Nothing is known of the return, since the function
// is jumped to, with all its arguments where they are. Where races are not looked for, nothing is
// noted, and nothing costs anything.
#ifndef WEIR_SIM_POSIX_LIBRARY_CALLS_H_
#define WEIR_SIM_POSIX_LIBRARY_CALLS_H_

#include <cstdint>
#include <string_view>

#include "sim/engine/race.h"
#include "sim/engine/race_info.h"

namespace weir::sim {

// Calls of what lies in [begin, end) are noted; more than kMostNotedLibraries are not. Before the
// target's imports are bound.
inline constexpr size_t kMostNotedLibraries = 16;
void NoteCallsInto(uintptr_t begin, uintptr_t end, std::string_view file);

// What the target's calls of that linker's name are bound to instead of `resolved`; null if that is
// in none of those libraries.
void* NotedCallFor(const char* name, uintptr_t resolved);

// `thread` is a new one.
void ForgetCalls(RaceThread thread);
// It begins with the function at `start`: if that is of such a library, it is the library's own,
// and whatever of the target it runs lies between calls of the library.
void NoteStart(RaceThread thread, uintptr_t start);

// A library that `earlier` has called after its clock was `clock`, and `later` at any time before
// now: if it made order, it could have made it between the two. So it is with a thread of its own
// at any time. If order is declared of the library, that goes for such threads alone, since what
// they call cannot be declared. All null if there is none. The texts live as long as the target.
UnseenCalls UnseenCallsBetween(RaceThread earlier, uint32_t clock, RaceThread later);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_LIBRARY_CALLS_H_
