// weir-c++ in the place of clang++.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/cli/weir_process.h"

namespace weir::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLosesUpdates[] =
    "#include <atomic>\n"
    "#include <cassert>\n"
    "#include <thread>\n"
    "int main() {\n"
    "  std::atomic<int> n{0};\n"
    "  std::thread other([&] { n.store(n.load() + 1); });\n"
    "  n.store(n.load() + 1);\n"
    "  other.join();\n"
    "  assert(n.load() == 2);\n"
    "}\n";

class Wrapper : public ::testing::Test {
 protected:
  Wrapper() : folder_(ScratchFolder("wrapper")) { WriteAll(folder_ / "lost.cc", kLosesUpdates); }
  ~Wrapper() override { fs::remove_all(folder_); }

  // A shell command with weir-c++ and weir in its path.
  WeirEnd Shell(const std::string& command) const {
    const std::string both = "cd '" + folder_.string() +
                             "' && export PATH='" WEIR_BINARY_DIR "':$PATH && ( " + command +
                             " ) >.out 2>.error </dev/null";
    const int status = std::system(both.c_str());
    return {WEXITSTATUS(status), ReadAll(folder_ / ".out"), ReadAll(folder_ / ".error")};
  }

  void Refuses(const std::string& arguments,
               const ::testing::Matcher<const std::string&>& why) const {
    const WeirEnd end = Shell("weir-c++ " + arguments);
    EXPECT_EQ(end.status, 2) << arguments;
    EXPECT_THAT(end.error, why) << arguments;
    EXPECT_FALSE(fs::exists(folder_ / "a.out")) << arguments;
  }

  const fs::path folder_;
};

TEST_F(Wrapper, LinksAProgramToATargetInOneStepOrTwo) {
  const WeirEnd one = Shell("weir-c++ -std=c++20 -Wall -Wextra -Werror lost.cc -o lost");
  EXPECT_EQ(one.status, 0) << one.error;
  EXPECT_EQ(one.out + one.error, "");
  const WeirEnd found = Shell("weir fuzz --target ./lost --runs 1000 --seed 1");
  EXPECT_EQ(found.status, 1) << found.out << found.error;
  EXPECT_THAT(found.out, AllOf(HasSubstr("(lost.cc:9)"), HasSubstr(" --target lost\n")));

  EXPECT_EQ(Shell("weir-c++ -c lost.cc && weir-c++ -pie -fuse-ld=lld lost.o -o two").status, 0);
  EXPECT_EQ(Shell("weir fuzz --target ./two --runs 1000 --seed 1").status, 1);
}

TEST_F(Wrapper, TakesWhatClangTakes) {
  EXPECT_THAT(Shell("weir-c++ --version").out, HasSubstr("clang version"));
  EXPECT_THAT(Shell("weir-c++ -E lost.cc").out, HasSubstr("int main()"));
  EXPECT_THAT(Shell("weir-c++ -M lost.cc").out, HasSubstr("lost.o: lost.cc"));
  EXPECT_THAT(Shell("echo 'int f();' | weir-c++ -x c++ -fsyntax-only -").status, 0);
  WriteAll(folder_ / "arguments", "lost.cc '-DNAME=\"a b\"' -o by_file");
  EXPECT_EQ(Shell("weir-c++ @arguments && test -x by_file").status, 0);
  const WeirEnd missing = Shell("weir-c++ nothing.cc");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.error, HasSubstr("no such file or directory: 'nothing.cc'"));
}

TEST_F(Wrapper, LetsTheUsersOptimisationWin) {
  EXPECT_THAT(Shell("weir-c++ -c lost.cc '-###'").error, HasSubstr("\"-O2\""));
  EXPECT_THAT(Shell("weir-c++ -O1 -c lost.cc '-###'").error,
              AllOf(HasSubstr("\"-O1\""), Not(HasSubstr("\"-O2\""))));
}

TEST_F(Wrapper, RefusesWhatCannotBeATarget) {
  Refuses("-static lost.cc", HasSubstr("-static: "));
  Refuses("-fsanitize=address lost.cc", HasSubstr("-fsanitize=address: "));
  Refuses("-flto lost.cc", HasSubstr("-flto"));
  Refuses("-m32 -c lost.cc", HasSubstr("x86-64 Linux"));
  Refuses("--weir-memory --weir-volatile lost.cc", HasSubstr("exclude each other"));
  Refuses("--weir-memry lost.cc",
          HasSubstr("known are --weir-memory, --weir-volatile and --weir-coverage"));
  WriteAll(folder_ / "arguments", "-static lost.cc");
  Refuses("@arguments", HasSubstr("-static: "));
  EXPECT_THAT(Shell("WEIR_ACCESSES=all weir-c++ lost.cc").error,
              HasSubstr("WEIR_ACCESSES=all: expected memory or volatile"));
}

// Or a configure script would find every function that it asks for.
TEST_F(Wrapper, WhatIsDefinedNowhereIsAnError) {
  WriteAll(folder_ / "missing.cc", "void Missing();\nint main() { Missing(); }\n");
  const WeirEnd end = Shell("weir-c++ missing.cc -o missing");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.error, AllOf(HasSubstr("undefined reference to `Missing()'"),
                               Not(HasSubstr("__tsan")), HasSubstr("missing is not linked")));
  EXPECT_FALSE(fs::exists(folder_ / "missing"));
  // Also what looks as if weir defined it, and would not load.
  WriteAll(folder_ / "looks.cc",
           "extern \"C\" void __tsan_no_such(), AnnotateNoSuch();\n"
           "int main() { __tsan_no_such(); AnnotateNoSuch(); }\n");
  EXPECT_THAT(Shell("weir-c++ looks.cc -o looks").error,
              AllOf(HasSubstr("undefined reference to `__tsan_no_such'"),
                    HasSubstr("undefined reference to `AnnotateNoSuch'")));
}

TEST_F(Wrapper, WithMemoryFindsDataRaces) {
  WriteAll(folder_ / "race.cc",
           "#include <thread>\n"
           "int n = 0;\n"
           "int main() { std::thread other([] { ++n; }); ++n; other.join(); }\n");
  const std::string fuzz = " && weir fuzz --target ./race --runs 500 --seed 1 --jobs 1";
  EXPECT_EQ(Shell("weir-c++ race.cc -o race" + fuzz).status, 0);
  EXPECT_THAT(Shell("weir-c++ --weir-memory race.cc -o race" + fuzz).out, HasSubstr("data race"));
  EXPECT_THAT(Shell("export WEIR_ACCESSES=memory; weir-c++ race.cc -o race" + fuzz).out,
              HasSubstr("data race"));
}

TEST_F(Wrapper, AnOrderOfAFunctionThatNobodyImportsIsAnError) {
  WriteAll(folder_ / "order.cc",
           "#include \"sim/weir.h\"\n"
           "WEIR_ORDERS(\"absl::Mutex::Lokc\", weir::kAcquires);\n"
           "int calls = 0;\n"
           "int main() { return ++calls - 1; }\n");
  const WeirEnd end = Shell(
      "weir-c++ --weir-memory -std=c++20 order.cc -o order && weir fuzz --target ./order --runs 1");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.error, HasSubstr("WEIR_ORDERS(\"absl::Mutex::Lokc\"): nobody imports"));
}

TEST_F(Wrapper, WithVolatileSeesASpinOnOne) {
  WriteAll(folder_ / "spin.cc",
           "#include <thread>\n"
           "volatile bool ready = false;\n"
           "int main() {\n"
           "  std::thread other([] { ready = true; });\n"
           "  while (!ready) {}\n"
           "  other.join();\n"
           "}\n");
  const WeirEnd end = Shell(
      "weir-c++ --weir-volatile spin.cc -o spin && weir fuzz --target ./spin --runs 500 --seed 1");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

TEST_F(Wrapper, WithCoverageLibFuzzerSearchesIt) {
  const std::string fuzz = " && target_fuzzer --target=./lost -seed=1 -runs=100000";
  EXPECT_EQ(Shell("weir-c++ --weir-coverage lost.cc -o lost" + fuzz).status, 77);
  const WeirEnd end = Shell("export WEIR_COVERAGE=1; weir-c++ lost.cc -o lost" + fuzz);
  EXPECT_EQ(end.status, 77);
  EXPECT_THAT(end.error, HasSubstr("FuzzerHash=assertion-main-"));
  EXPECT_THAT(Shell("weir-c++ lost.cc -o lost" + fuzz).error, HasSubstr("no interesting inputs"));
}

TEST_F(Wrapper, ALibraryOfTheProjectIsInstrumentedToo) {
  std::string library = kLosesUpdates;
  library.replace(library.find("int main"), 8, "void Use");
  WriteAll(folder_ / "use.cc", library);
  WriteAll(folder_ / "main.cc", "void Use();\nint main() { Use(); }\n");
  const WeirEnd end = Shell(
      "weir-c++ -shared -Wl,--no-undefined use.cc -o libuse.so && "
      "weir-c++ main.cc -L. -luse \"-Wl,-rpath,$PWD\" -o main && "
      "weir fuzz --target ./main --runs 1000 --seed 1");
  EXPECT_EQ(end.status, 1) << end.out << end.error;
  EXPECT_THAT(end.out, HasSubstr("use.cc:9"));
}

// The same source gives the same target, wherever it lies.
// As a native program is bound: the program's definition first, then the libraries', then libc's.
// The library is prebuilt, so its own references go through ld.so. What weir simulates it simulates
// for libraries that define it, too: nobody would see their locks.
TEST_F(Wrapper, BindsNamesAsANativeProgramDoes) {
  WriteAll(folder_ / "library.cc",
           "extern \"C\" {\n"
           "int link() { return 5; }\n"
           "int rename() { return 7; }\n"
           "int sched_yield() { return 6; }\n"
           "int getppid();\n"
           "int access(const char*, int);\n"
           "int select();\n"
           "int Own() { return link(); }\n"
           "int Yields() { return sched_yield(); }\n"
           "int Programs() { return access(\"x\", 0) + rename() + getppid(); }\n"
           "const void* Select() { return (const void*)select; }\n"
           "}\n");
  WriteAll(folder_ / "names.cc",
           "#include <cassert>\n"
           "extern \"C\" {\n"
           "int link(); int Own(); int Yields(); int Programs(); const void* Select();\n"
           "int access(const char*, int) { return 1; }\n"
           "int rename() { return 2; }\n"
           "int getppid() { return 4; }\n"
           "int select = 8;\n"
           "}\n"
           "int main() {\n"
           "  assert(link() == 5);\n"
           "  assert(Own() == 5);\n"
           "  assert(Programs() == 7);\n"
           "  assert(Select() != &select);\n"
           "  assert(Yields() == 0);\n"
           "}\n");
  ASSERT_EQ(Shell("clang++ -w -O0 -shared -fPIC library.cc -o libnames.so").status, 0);
  const WeirEnd end = Shell(
      "weir-c++ -w -fno-builtin names.cc -L. -lnames -Wl,-rpath,$PWD -o names && "
      "weir fuzz --target ./names --runs 10 --seed 1");
  EXPECT_EQ(end.status, 0) << end.out << end.error;
}

// What stands in front of each file includes nothing and is C, too.
TEST_F(Wrapper, ReadsNothingBeforeTheFirstLine) {
  WriteAll(folder_ / "first.c",
           "#ifdef _FEATURES_H\n"
           "#error a header has been read\n"
           "#endif\n"
           "#define _GNU_SOURCE\n"
           "#include <string.h>\n"
           "int main(void) {\n"
           "  static int value, expected;\n"
           "  if (strcasestr(\"hello\", \"LL\") == 0) return 1;\n"
           "  while (!__atomic_compare_exchange_n(&value, &expected, 1, 1, 5, 5)) expected = 0;\n"
           "  return value != 1;\n"
           "}\n");
  const std::string c = "WEIR_CXX=clang weir-c++ -Werror ";
  for (const char* standard : {"-std=c89 -pedantic-errors", "-std=c17 -Wall -Wextra"}) {
    const WeirEnd end = Shell(c + standard + " first.c -o first && weir fuzz --target ./first" +
                              " --runs 10 --seed 1");
    EXPECT_EQ(end.status, 0) << standard << end.out << end.error;
  }
  // The user's warnings are about his own code.
  EXPECT_EQ(
      Shell("echo 'int F(void);' > f.c && clang -std=c89 -pedantic-errors -Weverything -Werror "
            "-I" WEIR_SOURCE_DIR " -include sim/weak_compare.h -fsyntax-only f.c")
          .status,
      0);
  // Preprocessed ones, by clang++ or by the wrapper, under either name.
  EXPECT_EQ(Shell("clang -E first.c -o pre.i && " + c + "pre.i -o pre").status, 0);
  EXPECT_EQ(Shell(c + "-E first.c -o pre.i && " + c + "pre.i -o pre").status, 0);
  WriteAll(folder_ / "second.cc", std::string("#include <cstdint>\n") + kLosesUpdates);
  for (const char* compiler : {"clang++", "weir-c++"}) {
    for (const char* name : {"pre.ii", "pre.cc"}) {
      const WeirEnd end = Shell(std::string(compiler) + " -E second.cc -o " + name +
                                " && weir-c++ -w " + name + " -o pre");
      EXPECT_EQ(end.status, 0) << compiler << " " << name << end.error;
      EXPECT_EQ(Shell("rm -rf weir-campaign; weir fuzz --target ./pre --runs 1000 --seed 1").status,
                1);
    }
  }
}

TEST_F(Wrapper, NoPathIsLeftInATarget) {
  const WeirEnd end = Shell(
      "mkdir a b && cp lost.cc a && cp lost.cc b && (cd a && weir-c++ lost.cc -o lost) && "
      "(cd b && weir-c++ lost.cc -o lost) && cmp a/lost b/lost && grep -c \"$PWD\" a/lost");
  EXPECT_EQ(end.out, "0\n") << end.error;
}

TEST_F(Wrapper, WhatItLinksStartsWeir) {
  ASSERT_EQ(Shell("weir-c++ lost.cc -o lost").status, 0);
  const WeirEnd found = Shell("./lost --gtest_filter=main --weir_jobs=1");
  EXPECT_EQ(found.status, 1) << found.error;
  EXPECT_THAT(found.out, AllOf(HasSubstr("[  FAILED  ] main"), HasSubstr("weir gtest lost ")));
  const WeirEnd by_name = Shell("env -u PATH WEIR=" WEIR_BINARY_DIR "/weir ./lost");
  EXPECT_EQ(by_name.status, 1) << by_name.error;
  const WeirEnd without = Shell("PATH=/nowhere ./lost");
  EXPECT_EQ(without.status, 127);
  EXPECT_EQ(without.error,
            "this is a target of weir: have weir in $PATH, or its path in $WEIR, to run it\n");
}

TEST_F(Wrapper, FindsAMainThatIsHidden) {
  const WeirEnd end = Shell("weir-c++ -fvisibility=hidden lost.cc -o lost && ./lost");
  EXPECT_EQ(end.status, 1) << end.error;
  EXPECT_THAT(end.out, HasSubstr("[  FAILED  ] main"));
  WriteAll(folder_ / "none.cc", "void F() {}\n");
  EXPECT_THAT(Shell("weir-c++ none.cc").error, HasSubstr("undefined reference to `main'"));
}

// A line is written in pieces; weir prints it in the midst of that, by a stream of the same name.
TEST_F(Wrapper, PrintedLinesComeOutAsTheyAre) {
  WriteAll(folder_ / "print.cc",
           "#include <cstdio>\n"
           "int main() { std::printf(\"one %s\\n\", \"line\"); std::puts(\"two\"); }\n");
  const WeirEnd end =
      Shell("weir-c++ print.cc -o print && weir run main --target ./print --seed 1");
  EXPECT_EQ(end.status, 0) << end.error;
  EXPECT_THAT(end.out, HasSubstr("\nmain/main| one line\nmain/main| two\npass after "));
}

}  // namespace
}  // namespace weir::sim
