#include "sim/posix/gtest.h"

#include <stdlib.h>

#include <cstdio>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/engine/engine.h"
#include "sim/engine/observer.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

constexpr std::string_view kFilterFlag = "--gtest_filter=";
constexpr int kStandardOutput = 1;

MainFunction g_tests_main = nullptr;

[[noreturn]] void RunMainWith(char* flag) {
  // GoogleTest takes its flags out of this array. Without catch, an exception is told where it was
  // thrown.
  char name[] = "main", uncaught[] = "--gtest_catch_exceptions=0", plain[] = "--gtest_color=no";
  char* arguments[] = {name, flag, uncaught, plain, nullptr};
  char* environment[] = {nullptr};
  exit(g_tests_main(4, arguments, environment));
}

void ListTests(const int64_t*) {
  char flag[] = "--gtest_list_tests";
  RunMainWith(flag);
}
constexpr WeirScenario kListScenario = {"main", "", nullptr, 0, ListTests, nullptr};

void RunTest(const int64_t*) {
  char flag[kFilterFlag.size() + kLongestTestName + 1];
  std::snprintf(flag, sizeof flag, "%s%s", kFilterFlag.data(), g_run.scenario->name);
  RunMainWith(flag);
}

class OutputCollector final : public Observer {
 public:
  void OnOutput(ThreadSlot, int fd, std::string_view text) override {
    if (fd == kStandardOutput) output_ += text;
  }
  const std::string& output() const { return output_; }

 private:
  std::string output_;
};

// The text in front of the comment that a parameter has there: "  # GetParam() = 1".
std::string_view WithoutComment(std::string_view line) { return line.substr(0, line.find("  # ")); }

bool IsDisabled(std::string_view suite, std::string_view test) {
  // As GoogleTest's own filter has it: "DISABLED_*:*/DISABLED_*".
  const auto is = [](std::string_view name) {
    return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string_view::npos;
  };
  return is(suite) || is(test);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> TestsInList(std::string_view output) {
  std::vector<std::string> tests;
  std::string_view suite;  // "Suite."; empty where none has begun
  for (const absl::string_view split :
       absl::StrSplit(absl::string_view(output.data(), output.size()), '\n')) {
    const std::string_view line = WithoutComment({split.data(), split.size()});
    if (!line.starts_with("  ")) {
      // What else main() prints has a blank in it, or does not end so.
      const bool begins = line.ends_with('.') && line.find(' ') == std::string_view::npos;
      suite = begins ? line : std::string_view();
      continue;
    }
    const std::string_view test = line.substr(2);
    if (suite.empty() || test.empty() || IsDisabled(suite, test)) continue;
    std::string name = absl::StrCat(std::string(suite), std::string(test));
    if (name.size() > kLongestTestName) {
      return absl::InvalidArgumentError(absl::StrCat("the name of the test ", name, " has ",
                                                     name.size(), " characters, at most ",
                                                     kLongestTestName, " are possible"));
    }
    tests.push_back(std::move(name));
  }
  return tests;
}

absl::StatusOr<std::vector<const WeirScenario*>> TestScenarios(MainFunction main) {
  static std::deque<std::string> names;  // neither these nor the scenarios move
  static std::deque<WeirScenario> scenarios;
  g_tests_main = main;
  OutputCollector collector;
  DefaultStrategy strategy;
  RunOptions options;
  options.scenario = &kListScenario;
  options.observer = &collector;
  std::vector<const WeirScenario*> result;
  if (Run(options, strategy).verdict.failed()) return result;
  absl::StatusOr<std::vector<std::string>> tests = TestsInList(collector.output());
  if (!tests.ok()) return tests.status();
  for (std::string& test : *tests) {
    names.push_back(std::move(test));
    scenarios.push_back({names.back().c_str(), "a TEST", nullptr, 0, RunTest, nullptr});
    result.push_back(&scenarios.back());
  }
  return result;
}

}  // namespace weir::sim
