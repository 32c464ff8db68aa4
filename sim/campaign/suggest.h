// "… ; did you mean X?"
#ifndef WEIR_SIM_CAMPAIGN_SUGGEST_H_
#define WEIR_SIM_CAMPAIGN_SUGGEST_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace weir::sim {

// The smallest number of letters inserted, deleted or replaced that makes `a` into `b`
// (Levenshtein).
size_t EditDistance(std::string_view a, std::string_view b);

// InvalidArgument: `unknown scenario "marker_brust"; did you mean marker_burst? known: a, b, c`.
// The suggestion is the nearest of `known` when at most a third of its letters differ.
absl::Status UnknownName(std::string_view what, std::string_view name,
                         std::span<const std::string> known);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_SUGGEST_H_
