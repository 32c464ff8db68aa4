#include "sim/campaign/also_found.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/campaign/store.h"

namespace weir::sim {
namespace {

// A program that fails in more ways than that has other troubles.
constexpr size_t kMostKept = 64;

}  // namespace

bool AlsoFound::IsNew(const std::string& signature) const {
  return files_.size() < kMostKept && !files_.contains(signature);
}

void AlsoFound::Keep(const Schedule& failing) {
  const std::string& signature = failing.verdict.signature;
  if (failing.verdict.kind == VerdictKind::kPass || !IsNew(signature)) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return;
  std::string path = absl::StrCat(folder_, "/", signature, ".weir.json");
  if (WriteSchedule(failing, path).ok()) files_.emplace(signature, std::move(path));
}

std::string AlsoFound::Text() const {
  if (files_.empty()) return "";
  std::vector<std::string> signatures;
  for (const auto& [signature, file] : files_) signatures.push_back(signature);
  return absl::StrCat("also found: ", absl::StrJoin(signatures, ", "), "; kept in ",
                      DisplayPath(folder_), "\n");
}

}  // namespace weir::sim
