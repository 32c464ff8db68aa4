// A target that contains GoogleTest has one scenario for each TEST, in place of "main".
#ifndef WEIR_SIM_POSIX_GTEST_H_
#define WEIR_SIM_POSIX_GTEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct WeirScenario;

namespace weir::sim {

// The target's main(), as the loader found it.
using MainFunction = int (*)(int, char**, char**);

// A longer name does not fit where processes tell each other what they run.
inline constexpr size_t kLongestTestName = 240;

// The names of the tests in what a GoogleTest binary prints for --gtest_list_tests, in its order:
// "Suite.Name", "Prefix/Suite.Name/0", "Suite/0.Name". Without disabled ones. InvalidArgument for a
// name longer than kLongestTestName.
absl::StatusOr<std::vector<std::string>> TestsInList(std::string_view output);

// Asks main() for its tests, in an execution of its own, so that nothing is left of it. Empty when
// that execution fails: then "main" shows why. Precondition: the World is sealed. Once per process.
//
// What such a scenario runs is main() with --gtest_filter=NAME, so that the program's own
// initialisation is part of it. A failed assertion ends it: sim/shadow/gtest/gtest.h.
absl::StatusOr<std::vector<const WeirScenario*>> TestScenarios(MainFunction main);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_GTEST_H_
