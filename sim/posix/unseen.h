// Libraries whose synchronisation is not seen: they are linked as they are, not compiled for weir,
// and have atomics of their own.
#ifndef WEIR_SIM_POSIX_UNSEEN_H_
#define WEIR_SIM_POSIX_UNSEEN_H_

#include <string_view>

namespace weir::sim {

// Whether a library's machine code makes order by itself: a locked compare-exchange or a full
// fence. Looks for the bytes of these alone, since an exchange or an addition is what counts
// references, and many a library does only that; so one that makes order by those is overlooked.
bool SynchronisesByItself(std::string_view code);

// The C++ runtime's: what they order is known (happens_before.cc), or of no concern.
bool IsOfRuntime(std::string_view file);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_UNSEEN_H_
