// Text in columns for a terminal.
#ifndef WEIR_SIM_VIEW_GRID_H_
#define WEIR_SIM_VIEW_GRID_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace weir::sim {

// A table whose first columns are as wide as they must be and whose others share the rest of the
// width evenly. A cell that is too long goes on in the next line, broken at a blank where there is
// one.
class Grid {
 public:
  static constexpr size_t kNarrowest = 14;  // of a shared column, even if the line gets too long

  // The first `fixed` of the heads belong to the columns that are as wide as they must be.
  Grid(std::vector<std::string> heads, size_t fixed, size_t width)
      : heads_(std::move(heads)), fixed_(fixed), width_(width) {}

  // One cell per column; those that are missing at the end are empty.
  void AddRow(std::vector<std::string> cells) { rows_.push_back({std::move(cells), ""}); }
  // A line across all columns.
  void AddLine(std::string text) { rows_.push_back({{}, std::move(text)}); }

  std::string Text() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string line;  // if there are no cells
  };
  std::vector<size_t> Widths() const;

  std::vector<std::string> heads_;
  size_t fixed_;
  size_t width_;
  std::vector<Row> rows_;
};

// `text` in lines of at most `width` characters, broken at blanks or behind a slash where that is
// possible, and never before or within a line number, as in "place.cc:14".
// At least one.
std::vector<std::string> Wrap(const std::string& text, size_t width);

}  // namespace weir::sim

#endif  // WEIR_SIM_VIEW_GRID_H_
