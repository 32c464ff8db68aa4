// What the allow-list lets through (sim/posix/allow_list.h), the net under it does, too
// (sim/engine/system_calls.h): two lists, which nothing but this keeps together.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "sim/engine/system_calls.h"
#include "sim/posix/allow_list.h"
#include "tests/engine/harness.h"

namespace weir::sim {
namespace {

// Each function is called in simulation, with each of these rows of arguments. Most of the calls
// mean nothing, and may crash or spin; but a function that goes to the kernel does so for one of
// them. See targets/allowed_call.cc for the letters.
constexpr std::string_view kArguments[] = {"000000", "111111", "222222", "zzzzzz",
                                           "tttttt", "z0z0z0", "t1t1t1", "0z0z0z",
                                           "1t1t1t", "zz8zz8", "tt8tt8", "t11111"};
constexpr std::string_view kArgumentsOfOutput[] = {"ssssss", "t11sss", "1sssss", "tsssss"};

// How libc says that an argument was impossible, and ends the program: writev of a
// message, or gettid for raise(SIGABRT).
constexpr std::string_view kEndOfProgram[] = {"syscall 20", "syscall 186"};

// It runs the exit list of whoever calls it, here of the test.
constexpr std::string_view kNotCalled = "__cxa_finalize";

std::span<const std::string_view> RowsOf(std::span<const std::string_view> group) {
  const bool prints = std::ranges::count(group, "fprintf") != 0;
  if (prints) return kArgumentsOfOutput;
  return kArguments;
}

int64_t Packed(std::string_view arguments) {
  int64_t packed = 0;
  for (size_t i = 0; i < arguments.size(); ++i) packed |= int64_t{arguments[i]} << (8 * i);
  return packed;
}

class AllowedCalls : public testing::Test {
 protected:
  struct Shared {
    size_t row;  // that is being called
    char refused[32];
  };

  void SetUp() override {
    ASSERT_TRUE(GuardsSystemCalls()) << "this kernel does not stop system calls";
    ASSERT_TRUE(simulation_.ready() && simulation_.Select("call"));
    void* const page =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    shared_ = static_cast<Shared*>(page);
  }

  // Calls the function with rows from that one on, until an execution does not pass: what it has
  // left behind in libc, a lock for instance, is no concern of the next row.
  [[noreturn]] void CallInChild(const void* function, std::span<const std::string_view> rows,
                                size_t from) {
    alarm(1);  // a call that spins
    for (shared_->row = from; shared_->row < rows.size(); ++shared_->row) {
      const int64_t values[] = {reinterpret_cast<int64_t>(function), Packed(rows[shared_->row])};
      simulation_.options().values = values;
      const RunResult result = simulation_.RunDefault();
      if (result.verdict.kind == VerdictKind::kPass) continue;
      if (result.verdict.kind == VerdictKind::kUnsupportedCall) {
        std::snprintf(shared_->refused, sizeof shared_->refused, "%s", result.verdict.oracle);
      }
      _exit(0);
    }
    _exit(0);
  }

  // Empty, or the system call for which an execution was ended, and the arguments.
  std::string Refused(std::string_view name, std::span<const std::string_view> rows) {
    const void* const function = dlsym(RTLD_DEFAULT, std::string(name).c_str());
    for (size_t from = 0; function != nullptr && from < rows.size(); from = shared_->row + 1) {
      *shared_ = {};
      const pid_t child = fork();
      if (child == 0) CallInChild(function, rows, from);
      EXPECT_EQ(waitpid(child, nullptr, 0), child);
      const std::string_view refused = shared_->refused;
      if (!refused.empty() && std::ranges::count(kEndOfProgram, refused) == 0) {
        return std::string(refused) + " for " + std::string(rows[shared_->row]);
      }
    }
    return "";
  }

  Simulation simulation_{"engine/targets/allowed_call", {.threads = 1}};
  Shared* shared_ = nullptr;
};

TEST_F(AllowedCalls, MakeNoSystemCallThatIsRefused) {
  for (const auto& group : AllowedGroups()) {
    for (const std::string_view name : group) {
      if (name == kNotCalled) continue;
      EXPECT_EQ(Refused(name, RowsOf(group)), "") << name;
    }
  }
}

// The test above would see one.
TEST_F(AllowedCalls, AreToldFromOthers) {
  EXPECT_EQ(Refused("getuid", kArguments), "syscall 102 for 000000");
  EXPECT_EQ(Refused("access", kArguments), "syscall 21 for 000000");
}

}  // namespace
}  // namespace weir::sim
