#include "sim/view/grid.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sim/view/story.h"

namespace weir::sim {
namespace {

constexpr size_t kGap = 2;  // blanks between columns

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// How many bytes the first `width` characters of `text` take.
size_t BytesOf(const std::string& text, size_t width) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsContinuation(text[i]) && characters++ == width) return i;
  }
  return text.size();
}

// True if a break before `text[at]` would cut a line number off or in two, as in "place.cc:14".
bool SplitsLineNumber(const std::string& text, size_t at) {
  size_t colon = at;
  while (colon > 0 && absl::ascii_isdigit(text[colon - 1])) --colon;
  if (colon > 0 && text[colon - 1] == ':') return at < text.size() && absl::ascii_isdigit(text[at]);
  return at + 1 < text.size() && text[at] == ':' && absl::ascii_isdigit(text[at + 1]);
}

// Where a word is broken that does not fit into the first `most` bytes: behind a slash if it has
// one, and else anywhere but before or in a line number.
size_t BreakInWord(const std::string& word, size_t most) {
  const size_t slash = word.rfind('/', most - 1);
  if (slash != std::string::npos) return slash + 1;
  size_t cut = most;
  while (cut > 1 && (SplitsLineNumber(word, cut) || IsContinuation(word[cut]))) --cut;
  return cut > 1 ? cut : most;
}

std::string Padded(std::string text, size_t width) {
  const size_t is = TextWidth(text);
  if (is < width) text.append(width - is, ' ');
  return text;
}

std::string WithoutTrailingBlanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string RowText(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::vector<std::vector<std::string>> wrapped;
  size_t height = 1;
  for (size_t i = 0; i < cells.size(); ++i) {
    wrapped.push_back(Wrap(cells[i], widths[i]));
    height = std::max(height, wrapped.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    std::string whole;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string part = line < wrapped[i].size() ? wrapped[i][line] : "";
      absl::StrAppend(&whole, Padded(part, widths[i] + kGap));
    }
    absl::StrAppend(&text, WithoutTrailingBlanks(whole), "\n");
  }
  return text;
}

}  // namespace

size_t TextWidth(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::vector<std::string> Wrap(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  std::string rest = text;
  while (TextWidth(rest) > width) {
    const size_t most = BytesOf(rest, width);
    size_t cut = rest.rfind(' ', most);
    const bool at_blank = cut != std::string::npos && cut > 0;
    if (!at_blank) cut = BreakInWord(rest, most);
    lines.push_back(rest.substr(0, cut));
    rest.erase(0, at_blank ? cut + 1 : cut);
  }
  lines.push_back(rest);
  return lines;
}

std::vector<size_t> Grid::Widths() const {
  std::vector<size_t> widths;
  for (const std::string& head : heads_) widths.push_back(TextWidth(head));
  for (const Row& row : rows_) {
    for (size_t i = 0; i < row.cells.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], TextWidth(row.cells[i]));
    }
  }
  if (widths.size() <= fixed_) return widths;
  size_t left = width_;
  for (size_t i = 0; i < fixed_; ++i) left -= std::min(left, widths[i] + kGap);
  const size_t shared = widths.size() - fixed_;
  const size_t each = std::max(kNarrowest, left / shared - std::min(left / shared, kGap));
  for (size_t i = fixed_; i < widths.size(); ++i) widths[i] = std::min(widths[i], each);
  return widths;
}

std::string Grid::Text() const {
  const std::vector<size_t> widths = Widths();
  std::string text = RowText(heads_, widths);
  size_t whole = 0;
  for (const size_t width : widths) whole += width + kGap;
  for (size_t i = kGap; i < whole; ++i) absl::StrAppend(&text, "─");
  absl::StrAppend(&text, "\n");
  for (const Row& row : rows_) {
    absl::StrAppend(&text, row.cells.empty() ? row.line + "\n" : RowText(row.cells, widths));
  }
  return text;
}

}  // namespace weir::sim
