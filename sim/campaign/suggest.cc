#include "sim/campaign/suggest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weir::sim {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() +
                          1);  // distances from a's first i letters to each beginning of b
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

absl::Status UnknownName(std::string_view what, std::string_view name,
                         std::span<const std::string> known) {
  std::string text = absl::StrCat("unknown ", std::string(what), " \"", std::string(name), "\"");
  const auto nearest =
      std::min_element(known.begin(), known.end(), [name](const auto& a, const auto& b) {
        return EditDistance(name, a) < EditDistance(name, b);
      });
  const bool near = nearest != known.end() && EditDistance(name, *nearest) * 3 <= nearest->size();
  if (near) absl::StrAppend(&text, "; did you mean ", *nearest, "?");
  absl::StrAppend(&text,
                  known.empty() ? "; there are none"
                  : near        ? " known: "
                                : "; known: ",
                  absl::StrJoin(known, ", "));
  return absl::InvalidArgumentError(text);
}

}  // namespace weir::sim
