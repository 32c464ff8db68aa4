#include "sim/campaign/catalogue.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/campaign/suggest.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBugPrefix = "bug-";

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : "";
}

// The README of a bug: beside the target when that is installed, else in the source tree above it.
std::string BugReadme(const std::string& name) {
  const fs::path folder = TargetFolder();
  std::string text = ReadText(folder / absl::StrCat("bug-", name, ".md"));
  for (fs::path above = folder; text.empty() && above != above.parent_path();
       above = above.parent_path()) {
    text = ReadText(above / "corpus" / "bugs" / name / "README.md");
  }
  return text;
}

// The words (letters, digits, '_') of the first line that begins with `begin`, behind that.
std::vector<std::string> WordsOfLine(std::string_view text, std::string_view begin) {
  std::vector<std::string> words;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    absl::string_view rest = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::StartsWithIgnoreCase(rest, absl::string_view(begin.data(), begin.size()))) continue;
    rest.remove_prefix(begin.size());
    bool in_word = false;
    for (const char c : rest) {
      const bool belongs = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
      if (belongs && !in_word) words.emplace_back();
      if (belongs) words.back() += c;
      in_word = belongs;
    }
    break;
  }
  return words;
}

std::string WithoutLeadingZeros(std::string_view number) {
  const size_t first = number.find_first_not_of('0');
  return std::string(first == std::string_view::npos ? "0" : number.substr(first));
}

}  // namespace

std::string TargetFolder() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = executable.parent_path() / "targets";
  if (fs::is_directory(beside, error)) return beside.string();
  // Installed: bin/weir and lib/…/weir/fence.so; the build tree is the common case.
  for (const char* library : {"../lib/weir", "../lib/x86_64-linux-gnu/weir"}) {
    const fs::path installed = executable.parent_path() / library;
    if (fs::is_directory(installed, error)) return installed.lexically_normal().string();
  }
  return beside.string();
}

std::vector<std::string> TargetNames() {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(TargetFolder(), error)) {
    if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::string> FindTarget(const std::string& name_or_path) {
  std::error_code error;
  if (fs::is_regular_file(name_or_path, error)) return name_or_path;
  const std::string named = absl::StrCat(TargetFolder(), "/", name_or_path, ".so");
  if (fs::is_regular_file(named, error)) return named;
  if (absl::StrContains(name_or_path, '/') || absl::EndsWith(name_or_path, ".so")) {
    return absl::NotFoundError(absl::StrCat("target ", name_or_path, ": no such file"));
  }
  const absl::Status unknown = UnknownName("target", name_or_path, TargetNames());
  return absl::NotFoundError(
      absl::StrCat(std::string(unknown.message()), " (in ", TargetFolder(), ")"));
}

std::vector<Bug> Bugs() {
  std::vector<Bug> bugs;
  for (const std::string& target : TargetNames()) {
    if (!target.starts_with(kBugPrefix)) continue;
    Bug bug;
    bug.name = target.substr(kBugPrefix.size());
    bug.number = bug.name.substr(0, bug.name.find('-'));
    bug.target = absl::StrCat(TargetFolder(), "/", target, ".so");
    const std::string readme = BugReadme(bug.name);
    bug.verdict = ExpectedVerdictIn(readme);
    bug.scenarios = ScenariosIn(readme);
    bugs.push_back(std::move(bug));
  }
  return bugs;
}

absl::StatusOr<Bug> FindBug(std::string_view number_or_name) {
  const std::vector<Bug> bugs = Bugs();
  std::vector<std::string> known;
  for (const Bug& bug : bugs) {
    if (bug.name == number_or_name ||
        WithoutLeadingZeros(bug.number) == WithoutLeadingZeros(number_or_name)) {
      return bug;
    }
    known.push_back(bug.number);
  }
  return absl::NotFoundError(std::string(UnknownName("bug", number_or_name, known).message()));
}

std::string ExpectedVerdictIn(std::string_view readme) {
  std::string verdict;
  size_t words = 0;  // of the alternative that is being read
  for (const std::string& word : WordsOfLine(readme, "verdict:")) {
    if (word == "or") {
      words = 0;
      absl::StrAppend(&verdict, " or");
    } else if (++words <= 2) {
      absl::StrAppend(&verdict, verdict.empty() ? "" : " ", word);
    }
  }
  return verdict;
}

std::vector<std::string> ScenariosIn(std::string_view readme) {
  return WordsOfLine(readme, "scenario:");
}

}  // namespace weir::sim
