#include "sim/campaign/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "sim/campaign/messages.h"
#include "sim/campaign/worker.h"
#include "sim/engine/time_stamp.h"

namespace weir::sim {
namespace {

using Json = nlohmann::json;

// CPU seconds after which a cold execution is ended; it then counts as different from the warm one.
constexpr time_t kColdSeconds = 30;

Json ToJson(const ColdResult& result) {
  return {{"index", result.index},
          {"fingerprint", result.fingerprint},
          {"points", result.points},
          {"verdict", std::string(VerdictName(result.verdict))}};
}

// Starts `weir cold JOB` with its standard output on `output`.
pid_t SpawnCold(const std::string& job, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  const char* const arguments[] = {"weir", "cold", job.c_str(), nullptr};
  pid_t pid = -1;
  const bool trapped = TrapsTimeStamps();
  ReleaseTimeStamps();
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr,
                                const_cast<char* const*>(arguments), environ);
  if (trapped) TrapTimeStamps();
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

absl::StatusOr<std::vector<ColdResult>> ParseResults(const std::vector<std::string>& lines,
                                                     const Share& share) {
  std::vector<ColdResult> results;
  uint64_t index = share.first;
  for (const std::string& line : lines) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return absl::InternalError(absl::StrCat("cold process: ", line));
    if (json.contains("error")) {
      return absl::InternalError(
          absl::StrCat("cold process: ", json.at("error").get<std::string>()));
    }
    results.push_back(
        {json.at("index"), json.at("fingerprint"), json.at("points"),
         VerdictFromName(json.at("verdict").get<std::string>()).value_or(VerdictKind::kPass)});
    if (results.back().index != index) return absl::InternalError("cold process: wrong index");
    index += share.stride;
  }
  if (index < share.end) return absl::InternalError("the cold process ended too early");
  return results;
}

// One execution in a process of its own, whose result goes to `output` as a line.
void RunInFork(Session& session, const FuzzPlan& plan, uint64_t index, int output) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const itimerval limit = {{0, 0}, {kColdSeconds, 0}};
    setitimer(ITIMER_PROF, &limit, nullptr);
    const RunResult result = session.Search(PlannedRun(plan, index));
    SendLine(output, DumpJson(ToJson(ColdResult{index, result.fingerprint, result.points,
                                                result.verdict.kind})));
    _exit(0);
  }
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  // It died; that is a result too, and not the one of the warm worker, which is alive.
  SendLine(output, DumpJson(ToJson(ColdResult{index, 0, 0, VerdictKind::kCrash})));
}

}  // namespace

absl::StatusOr<std::vector<ColdResult>> RunCold(const FuzzPlan& plan, const Share& share) {
  const Json job = {
      {"plan", ToJson(plan)}, {"first", share.first}, {"stride", share.stride}, {"end", share.end}};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError("cannot make a pipe");
  const pid_t pid = SpawnCold(job.dump(), ends[1]);
  close(ends[1]);
  LineReader reader(ends[0]);
  const std::vector<std::string> lines = reader.ReadToEnd();
  close(ends[0]);
  if (pid < 0) return absl::InternalError("cannot start a cold process");
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ParseResults(lines, share);
}

int RunColdJob(const std::string& job) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Json json = Json::parse(job, nullptr, false);
  if (!json.is_object()) return 2;
  const FuzzPlan plan = FuzzPlanFromJson(json.at("plan"));
  static SharedPage page;
  absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(plan.target, page);
  if (!session.ok()) {
    SendLine(STDOUT_FILENO, DumpJson({{"error", std::string(session.status().message())}}));
    return 3;
  }
  const uint64_t end = json.at("end");
  const uint64_t stride = json.at("stride");
  for (uint64_t index = json.at("first"); index < end; index += stride) {
    RunInFork(**session, plan, index, STDOUT_FILENO);
  }
  return 0;
}

std::string DifferenceOf(const ColdResult& warm, const ColdResult& cold) {
  if (warm.fingerprint == cold.fingerprint && warm.points == cold.points &&
      warm.verdict == cold.verdict) {
    return "";
  }
  const auto text = [](const ColdResult& result) {
    return absl::StrCat(std::string(VerdictName(result.verdict)), " after ", result.points,
                        " points, fingerprint ", absl::Hex(result.fingerprint, absl::kZeroPad16));
  };
  return absl::StrCat("in a warm worker ", text(warm), "; in a cold process ", text(cold));
}

Finding MakeVerifyFinding(Session& session, const SearchRun& run, const ColdResult& warm,
                          const std::string& difference) {
  RunResult expected;
  expected.fingerprint = warm.fingerprint;
  expected.points = warm.points;
  expected.verdict.kind = warm.verdict;
  Finding finding = session.Record(run, expected);
  Verdict& verdict = finding.report.verdict;
  verdict = Verdict{};
  verdict.kind = VerdictKind::kNondeterminism;
  std::snprintf(verdict.message, sizeof(verdict.message), "execution %llu differs: %s",
                static_cast<unsigned long long>(warm.index), difference.c_str());
  finding.report.headline = Headline(verdict, "", "", {});
  finding.report.signature = "nondeterminism-verify";
  finding.schedule.verdict = {verdict.kind, finding.report.signature, finding.report.headline, ""};
  return finding;
}

}  // namespace weir::sim
