// fence keeps nothing between calls but in its objects and in the segment: several members live in
// one address space, and the simulator runs every virtual process on one image.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string Output(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> buffer;
  while (const size_t got = fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), got);
  return output;
}

// Whether a section holds data that can change while the program runs. Not .data.rel.ro (vtables),
// which is constant once it is loaded, and not .data.DW.ref… (where exceptions' personality is
// found).
bool IsMutable(const std::string& section) {
  for (const char* prefix : {".data.rel.ro", ".data.DW.ref", ".data.rel.local.DW.ref"}) {
    if (section.rfind(prefix, 0) == 0) return false;
  }
  for (const char* prefix : {".data", ".bss", ".tdata", ".tbss", ".ldata", ".lbss", "*COM*"}) {
    if (section.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

TEST(Fence, HasNoGlobalsStaticsOrThreadLocals) {
  // name|value|class|type|size|line|section
  std::istringstream symbols(Output("nm -C -f sysv '" WEIR_BINARY_DIR "/libfence.a' 2>&1"));
  std::vector<std::string> found;
  int defined = 0;
  for (std::string line; std::getline(symbols, line);) {
    const size_t bar = line.rfind('|');
    if (bar == std::string::npos) continue;
    const std::string section = line.substr(bar + 1);
    const std::string name = line.substr(0, line.find_last_not_of(' ', line.find('|') - 1) + 1);
    ++defined;
    // <iostream>, which Abseil's status.h includes: an empty object whose constructor readies
    // std::cout.
    if (name == "std::__ioinit") continue;
    // What sanitizers add: places in the source. A static of C++ has a name.
    if (name.rfind("__unnamed_", 0) == 0) continue;
    if (IsMutable(section)) found.push_back(name + " in " + section);
  }
  EXPECT_GT(defined, 100) << "nm has found no library to look at";
  EXPECT_EQ(found, std::vector<std::string>());
}

}  // namespace
