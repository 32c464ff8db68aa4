#include "sim/posix/allow_list.h"

#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weir::sim {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

// The names on exports.list, without its patterns.
std::set<std::string> Exports() {
  std::ifstream file(WEIR_SOURCE_DIR "/sim/posix/exports.list");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    const size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos || !line.ends_with(';')) continue;
    const std::string name = line.substr(begin, line.size() - begin - 1);
    if (name.find_first_of("*}{") == std::string::npos) names.insert(name);
  }
  return names;
}

TEST(AllowList, EachGroupIsSortedAndNoNameIsInTwo) {
  std::set<std::string_view> seen;
  for (const auto& group : AllowedGroups()) {
    EXPECT_TRUE(std::is_sorted(group.begin(), group.end())) << "the group of " << group.front();
    for (const std::string_view name : group) {
      EXPECT_TRUE(seen.insert(name).second) << name;
    }
  }
}

TEST(AllowList, LetsPureFunctionsThrough) {
  for (const char* name : {"memcpy", "bcmp", "strlen", "qsort", "snprintf", "isalpha", "wcslen",
                           "__errno_location", "pthread_attr_init", "longjmp", "__cxa_finalize"}) {
    EXPECT_TRUE(IsAllowedImport(name)) << name;
  }
}

TEST(AllowList, LetsFortifiedFormsThroughAndFormsForOtherFloats) {
  for (const char* name : {"__memcpy_chk", "__snprintf_chk", "sin", "sinf", "sinl", "erf", "erff",
                           "erfc", "isnanf", "frexpl"}) {
    EXPECT_TRUE(IsAllowedImport(name)) << name;
  }
  EXPECT_FALSE(IsAllowedImport("__read_chk"));
  EXPECT_FALSE(IsAllowedImport("memcpyf"));
}

TEST(AllowList, RefusesWhatReachesOutsideOrOutlivesAnExecution) {
  for (const char* name :
       {"fork",         "socket", "open",   "fopen",    "read",  "kill",   "sigaction",
        "iconv_open",   "strtok", "getopt", "dlopen",   "dlsym", "setenv", "pthread_spin_lock",
        "pthread_kill", "",       "_",      "sem_open", "popen", "system"}) {
    EXPECT_FALSE(IsAllowedImport(name)) << name;
  }
}

TEST(AllowList, NamesNothingThatIsIntercepted) {
  const std::set<std::string> exports = Exports();
  for (const auto& group : AllowedGroups()) {
    for (const std::string_view name : group) {
      // assert()'s and the allocator's callees are ours; so is what output.cc may define.
      EXPECT_THAT(exports, Not(Contains(std::string(name))));
    }
  }
}

// A name on the list that nobody defines would silently be libc's.
TEST(Exports, AreAllDefinedByTheHost) {
  const std::set<std::string> exports = Exports();
  ASSERT_THAT(exports, Not(IsEmpty()));
  Dl_info self;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&IsAllowedImport), &self), 0);
  for (const std::string& name : exports) {
    void* const address = dlsym(RTLD_DEFAULT, name.c_str());
    Dl_info info = {};
    EXPECT_TRUE(address != nullptr && dladdr(address, &info) != 0 &&
                info.dli_fbase == self.dli_fbase)
        << name << " is " << (address == nullptr ? "nowhere" : info.dli_fname);
  }
}

}  // namespace
}  // namespace weir::sim
