#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/campaign/inputs.h"
#include "sim/cli/common.h"
#include "sim/cli/schedule_file.h"
#include "sim/schedule/file.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;

struct CorpusFlags {
  std::vector<std::string> from;  // files, and folders of them
  std::string folder;
  TargetFlags target;
  double hang_seconds = kDefaultHangSeconds;
};

// The files, those of a folder by name. NotFound for what is neither.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::vector<std::string>& from) {
  std::vector<std::string> files;
  for (const std::string& name : from) {
    std::error_code error;
    if (!fs::is_directory(name, error)) {
      files.push_back(name);
      continue;
    }
    std::set<std::string> inside;
    for (const auto& entry : fs::directory_iterator(name, error)) {
      const bool is_note = entry.path().extension() == ".md";
      if (entry.is_regular_file(error) && !is_note) inside.insert(entry.path().string());
    }
    if (error) return absl::NotFoundError(absl::StrCat(name, ": ", error.message()));
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

// A name of its content, so that what is written twice is there once.
std::string NameOf(const Schedule& schedule) {
  const std::string what = schedule.verdict.kind == VerdictKind::kPass ? std::string("pass")
                                                                       : schedule.verdict.signature;
  return absl::StrCat(what, "-", absl::Hex(schedule.fingerprint, absl::kZeroPad16), ".weir.json");
}

// That of the file, told from other files' of that name.
std::string NameOf(const ScheduleFile& file, const Schedule& schedule) {
  const fs::path stem = fs::path(file.path).filename().replace_extension().stem();
  return absl::StrCat(stem.string(), "-", absl::Hex(schedule.fingerprint, absl::kZeroPad16));
}

int Import(const CorpusFlags& flags, const ScheduleFile& file) {
  return RunWithFile(file, flags.hang_seconds, [&](const ScheduleFile& whole, Session&) -> int {
    const fs::path to = fs::path(flags.folder) / NameOf(whole.schedule);
    if (absl::Status status = WriteSchedule(whole.schedule, to.string()); !status.ok())
      return ExitWith(status);
    Print(absl::StrCat(file.path, " → ", DisplayPath(to.string()), "\n"));
    return kExitNothingFound;
  });
}

int Export(const CorpusFlags& flags, const ScheduleFile& file) {
  return RunWithFile(
      file, flags.hang_seconds, [&](const ScheduleFile& whole, Session& session) -> int {
        WarnOfOtherBuild(file, session.info());
        const absl::StatusOr<FuzzInput> input = InputOf(session, whole.schedule);
        if (!input.ok()) return ExitWith(AboutFile(file, input.status()));
        const fs::path to = fs::path(flags.folder) / NameOf(file, whole.schedule);
        if (absl::Status status = WriteWhole(FormatFuzzInput(*input), to.string()); !status.ok())
          return ExitWith(status);
        Print(absl::StrCat(file.path, " → ", DisplayPath(to.string()), "\n"));
        return kExitNothingFound;
      });
}

int DoCorpus(const CorpusFlags& flags, int (*each)(const CorpusFlags&, const ScheduleFile&)) {
  const absl::StatusOr<std::vector<std::string>> files = FilesOf(flags.from);
  if (!files.ok()) return ExitWith(files.status());
  std::error_code error;
  fs::create_directories(flags.folder, error);
  if (error) {
    return ExitWith(absl::InvalidArgumentError(absl::StrCat(flags.folder, ": ", error.message())));
  }
  int worst = kExitNothingFound;
  for (const std::string& path : *files) {
    const absl::StatusOr<ScheduleFile> file = OpenScheduleFile(path, flags.target);
    const int status = file.ok() ? each(flags, *file) : ExitWith(file.status());
    worst = std::max(worst, status);
  }
  return worst;
}

void AddDirection(CLI::App& corpus, Command& chosen, const char* name, const char* summary,
                  const char* from, int (*each)(const CorpusFlags&, const ScheduleFile&)) {
  auto flags = std::make_shared<CorpusFlags>();
  CLI::App* command = corpus.add_subcommand(name, summary);
  command->add_option("from", flags->from, from)->required();
  command->add_option("-o,--output", flags->folder, "the folder they go to")->required();
  AddTargetFlags(*command, flags->target);
  AddHangSeconds(*command, flags->hang_seconds);
  command->callback(
      [&chosen, flags, each] { chosen = [flags, each] { return DoCorpus(*flags, each); }; });
}

}  // namespace

void AddCorpus(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("corpus", "schedules from and for libFuzzer");
  command->require_subcommand(1);
  AddDirection(*command, chosen, "import", "inputs of a fuzzer become *.weir.json",
               "inputs, or folders of them", Import);
  AddDirection(*command, chosen, "export", "*.weir.json become inputs of a fuzzer",
               "*.weir.json, or folders of them", Export);
}

}  // namespace weir::sim
