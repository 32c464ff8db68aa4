// --gtest_filter, as GoogleTest has it.
#ifndef WEIR_SIM_CLI_TEST_FILTER_H_
#define WEIR_SIM_CLI_TEST_FILTER_H_

#include <string_view>

namespace weir::sim {

// "A.*:B.x-A.slow*": the name is one of the patterns between colons, and none of those behind the
// first '-'. Without a positive pattern all are meant. '*' stands for any text, '?' for one
// character.
bool MatchesTestFilter(std::string_view filter, std::string_view name);

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_TEST_FILTER_H_
