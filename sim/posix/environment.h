// What a target finds instead of its surroundings.
#ifndef WEIR_SIM_POSIX_ENVIRONMENT_H_
#define WEIR_SIM_POSIX_ENVIRONMENT_H_

#include <string_view>

namespace weir::sim {

// The function that takes the place of one that the target imports from another library than libc
// (there, weir's own definitions come first by themselves): std::random_device, which would ask the
// processor. Null for any other symbol. By name and not by interposition, since weir contains the
// same symbols in its libstdc++.
void* ReplacementFor(std::string_view symbol);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_ENVIRONMENT_H_
