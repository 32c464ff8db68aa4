// What a target may call in the C library although nobody intercepts it.
#ifndef WEIR_SIM_POSIX_ALLOW_LIST_H_
#define WEIR_SIM_POSIX_ALLOW_LIST_H_

#include <span>
#include <string_view>

namespace weir::sim {

// True for a function that is pure, or only touches memory given to it and the calling thread's
// own: whoever else runs, whatever ran before, it gives the same. Also in its _chk form
// (_FORTIFY_SOURCE), and for mathematics in its f and l forms.
bool IsAllowedImport(std::string_view symbol);

// Lets the allowed functions find done what they would do on their first call (reading the time
// zone: UTC), so that libc keeps nothing that lies in the World. Before a target is loaded.
void PrepareAllowedImports();

// The list, for tests: one group for each reason, each sorted.
std::span<const std::span<const std::string_view>> AllowedGroups();

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_ALLOW_LIST_H_
