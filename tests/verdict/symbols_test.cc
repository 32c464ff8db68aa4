#include "sim/verdict/symbols.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace weir::sim {
namespace {

using ::testing::HasSubstr;

// What a signal handler or the engine would have saved, taken right here.
[[gnu::noinline]] void Capture(uint64_t (&registers)[17]) {
  uint64_t rbp = 0, rsp = 0, rip = 0, rbx = 0;
  asm volatile("mov %%rbp, %0\n mov %%rsp, %1\n mov %%rbx, %3\n lea 0(%%rip), %2\n"
               : "=r"(rbp), "=r"(rsp), "=r"(rip), "=r"(rbx));
  uint64_t others[4];
  asm volatile("mov %%r12, %0\n mov %%r13, %1\n mov %%r14, %2\n mov %%r15, %3\n"
               : "=r"(others[0]), "=r"(others[1]), "=r"(others[2]), "=r"(others[3]));
  registers[3] = rbx;
  registers[6] = rbp;
  registers[7] = rsp;
  for (int i = 0; i < 4; ++i) registers[12 + i] = others[i];
  registers[16] = rip;
}

std::unique_ptr<Symbols> MustCreate() {
  absl::StatusOr<std::unique_ptr<Symbols>> symbols = Symbols::Create();
  EXPECT_TRUE(symbols.ok()) << symbols.status();
  return *std::move(symbols);
}

TEST(Symbols, UnwindsThisVeryStack) {
  uint64_t registers[17] = {};
  Capture(registers);
  const std::vector<Frame> stack = MustCreate()->Unwind(registers);
  const auto main = std::find_if(stack.begin(), stack.end(),
                                 [](const Frame& frame) { return frame.function == "main"; });
  EXPECT_NE(main, stack.end());
  ASSERT_FALSE(stack.empty());
  EXPECT_THAT(stack[0].function, HasSubstr("Capture"));
  EXPECT_TRUE(stack[0].in_host);
}

TEST(Symbols, RegistersThatPointNowhereEndTheStackAndNotTheProcess) {
  uint64_t registers[17] = {};
  registers[16] = 0x10;
  registers[7] = 0x8;
  EXPECT_LE(MustCreate()->Unwind(registers).size(), 1u);
}

Frame Make(const char* function, bool host, bool target) {
  Frame frame;
  frame.function = function;
  frame.in_host = host;
  frame.in_target = target;
  return frame;
}

Frame User(const char* function) {
  Frame frame = Make(function, false, true);
  frame.in_user_code = true;
  return frame;
}

TEST(Symbols, TrimLeavesWhatTheUserWroteAndTheLibraryCallThatHeMade) {
  const std::vector<Frame> stack = Trim(
      {Make("Jump", true, false), Make("pthread_mutex_lock", true, false),
       Make("std::mutex::lock", false, true), Make("std::lock_guard", false, true), User("Compare"),
       Make("qsort", false, false), User("Worker"), Make("std::__invoke", false, true),
       Make("execute_native_thread_routine", false, false), Make("FiberEntry", true, false)});
  std::vector<std::string> names;
  for (const Frame& frame : stack) names.push_back(frame.function);
  EXPECT_THAT(names, ::testing::ElementsAre("std::lock_guard", "Compare", "qsort", "Worker"));
}

TEST(Symbols, TrimWithoutUserCodeLeavesWhatIsNeitherWeirNorTheStartOfAThread) {
  const std::vector<Frame> stack =
      Trim({Make("Jump", true, false), Make("memcpy", false, false),
            Make("start_thread", false, false), Make("0x0", false, false)});
  ASSERT_EQ(stack.size(), 1u);
  EXPECT_EQ(stack[0].function, "memcpy");
}

TEST(Symbols, TrimKeepsAStackThatHasNothingElse) {
  EXPECT_EQ(Trim({Make("Jump", true, false)}).size(), 1u);
}

TEST(Symbols, ShortNamesKeepWhatAPersonReads) {
  EXPECT_EQ(ShortFunction("fence::Reader::Loop(int) const"), "Reader::Loop");
  EXPECT_EQ(ShortFunction("void std::__invoke_impl<void, A<B>>(std::__invoke_other, A&&)"),
            "std::__invoke_impl");
  EXPECT_EQ(ShortFunction("(anonymous namespace)::Deposit(int)"), "Deposit");
  EXPECT_EQ(ShortFunction("fence::X::operator()(int) const"), "X::operator()");
  EXPECT_EQ(ShortFunction("main"), "main");
  EXPECT_EQ(ShortFunction("ns::Start()::$_0::operator()() const"), "$_0::operator()");
}

int g_table[4];

TEST(Symbols, AVariableIsNamedAsInTheSource) {
  const auto address = reinterpret_cast<uint64_t>(&g_table);
  const std::unique_ptr<Symbols> symbols = MustCreate();
  EXPECT_EQ(symbols->Variable(address), "weir::sim::g_table");
  EXPECT_EQ(symbols->Variable(address + 12), "weir::sim::g_table+0xc");
  EXPECT_EQ(symbols->Variable(reinterpret_cast<uint64_t>(&MustCreate)), "");
  EXPECT_EQ(symbols->Variable(8), "");
}

TEST(Symbols, ALocalStaticKeepsItsFunctionsName) {
  EXPECT_EQ(ShortVariable("app::(anonymous namespace)::Next(int)::last"), "app::Next::last");
}

}  // namespace
}  // namespace weir::sim
