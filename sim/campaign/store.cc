#include "sim/campaign/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

absl::Status CannotWrite(const std::string& directory, const std::string& reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot write to the campaign directory ", directory, ": ", reason));
}

std::string TryToWrite(const std::string& directory) {
  const std::string probe = absl::StrCat(directory, "/.writable-", getpid());
  const int file = open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0) return std::strerror(errno);
  close(file);
  unlink(probe.c_str());
  return "";
}

// Why the file at `path` must not be replaced by one of `target`; empty if it may.
std::string ReasonToKeep(const std::string& path, const std::string& target) {
  std::error_code error;
  if (!fs::exists(path, error)) return "";
  const absl::StatusOr<Schedule> there = ReadSchedule(path);
  if (!there.ok()) return std::string(there.status().message());
  return there->target == target ? "" : absl::StrCat(path, ": is of target ", there->target);
}

// Moves it to the first free name; empty if that cannot be.
std::string KeepBeside(const std::string& path) {
  std::error_code error;
  for (int n = 1;; ++n) {
    const fs::path kept = fs::path(path).parent_path() / absl::StrCat("kept-", n, ".weir.json");
    if (fs::exists(kept, error)) continue;
    fs::rename(path, kept, error);
    return error ? "" : kept.string();
  }
}

}  // namespace

absl::StatusOr<Store> Store::Open(const std::string& directory) {
  std::error_code error;
  const bool made = fs::create_directories(directory, error);
  if (error) return CannotWrite(directory, error.message());
  if (const std::string reason = TryToWrite(directory); !reason.empty()) {
    return CannotWrite(directory, reason);
  }
  return Store(directory, made);
}

absl::StatusOr<std::string> Store::PutFound(const Schedule& schedule) const {
  const std::string folder = absl::StrCat(directory_, "/failures/", schedule.verdict.signature);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return CannotWrite(folder, error.message());
  std::string path = absl::StrCat(folder, "/found-", schedule.origin.index, ".weir.json");
  if (absl::Status status = WriteSchedule(schedule, path); !status.ok()) return status;
  return path;
}

absl::StatusOr<std::string> Store::MakeFirst(const std::string& found) const {
  const std::string path = (fs::path(found).parent_path() / "first.weir.json").string();
  const absl::StatusOr<Schedule> schedule = ReadSchedule(found);
  if (!schedule.ok()) return schedule.status();
  if (const std::string reason = ReasonToKeep(path, schedule->target); !reason.empty()) {
    const std::string kept = KeepBeside(path);
    if (kept.empty()) return CannotWrite(path, reason);
    std::fprintf(stderr, "weir: %s; it is kept as %s\n", reason.c_str(), kept.c_str());
  }
  std::error_code error;
  fs::rename(found, path, error);
  if (error) return CannotWrite(path, error.message());
  return path;
}

void Store::Drop(const std::string& found) const {
  std::error_code error;
  fs::remove(found, error);
}

void Store::RemoveIfEmpty() const {
  std::error_code error;
  if (made_) fs::remove(directory_, error);  // fails when something is in it
}

std::string DisplayPath(const std::string& path) {
  std::error_code error;
  const fs::path relative = fs::proximate(path, error);
  if (error || relative.empty() || relative.native().starts_with("..")) {
    const fs::path absolute = fs::absolute(path, error);
    return error ? path : absolute.lexically_normal().string();
  }
  return relative.string();
}

std::string ShellWord(std::string_view word) {
  const std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(word);
  }
  return absl::StrCat("'", absl::StrReplaceAll(std::string(word), {{"'", "'\\''"}}), "'");
}

}  // namespace weir::sim
