#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "sim/verdict/symbols.h"

namespace weir::sim {
namespace {

// Cuts out everything between matching `open` and `close`, nested ones included.
std::string WithoutBrackets(std::string_view text, char open, char close) {
  std::string kept;
  int depth = 0;
  for (const char c : text) {
    if (c == open) ++depth;
    if (depth == 0) kept += c;
    if (c == close && depth > 0) --depth;
  }
  return kept;
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// Names that are themselves written with brackets, and what stands for them out of their reach.
constexpr std::pair<std::string_view, std::string_view> kBracketed[] = {
    {"operator()", "operator\1"}, {"operator<=>", "operator\2"}, {"operator<<", "operator\3"},
    {"operator>>", "operator\4"}, {"operator->", "operator\5"},
};

std::string WithoutTemplateArguments(std::string_view demangled) {
  std::string text(demangled);
  for (const auto& [name, stand_in] : kBracketed) ReplaceAll(text, name, stand_in);
  return WithoutBrackets(text, '<', '>');
}

void PutBackBracketed(std::string& text) {
  for (const auto& [name, stand_in] : kBracketed) ReplaceAll(text, stand_in, name);
}

}  // namespace

std::string QualifiedFunction(std::string_view demangled) {
  std::string text = WithoutTemplateArguments(demangled);
  PutBackBracketed(text);
  return text;
}

std::string ShortVariable(std::string_view demangled) {
  std::string text(demangled);
  ReplaceAll(text, "(anonymous namespace)::", "");
  return WithoutBrackets(text, '(', ')');
}

std::string ShortFunction(std::string_view demangled) {
  std::string text = WithoutTemplateArguments(demangled);
  ReplaceAll(text, "(anonymous namespace)::", "");
  text = WithoutBrackets(text, '(', ')');
  text = WithoutBrackets(text, '[', ']');
  ReplaceAll(text, " const", "");
  ReplaceAll(text, "'lambda'", "lambda");
  // What is left in front of a blank is a return type, but for "operator new" and "operator bool".
  const size_t keep = text.find("operator ");
  size_t blank = text.rfind(' ', keep == std::string::npos ? std::string::npos : keep);
  if (blank != std::string::npos) text.erase(0, blank + 1);
  PutBackBracketed(text);
  // Namespaces say little where the place is given too: keep the last two components.
  size_t start = text.rfind("::");
  if (start != std::string::npos && start > 0) start = text.rfind("::", start - 1);
  if (start != std::string::npos) text.erase(0, start + 2);
  return text.empty() ? std::string(demangled) : text;
}

}  // namespace weir::sim
