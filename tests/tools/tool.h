#ifndef WEIR_TESTS_TOOLS_TOOL_H_
#define WEIR_TESTS_TOOLS_TOOL_H_

#include <string>

struct ToolEnd {
  int status = -1;  // -1: it was ended by a signal
  std::string out;  // standard output and error
};

// Runs a program of this build: "fence-shm list --json".
ToolEnd Tool(const std::string& command);

#endif  // WEIR_TESTS_TOOLS_TOOL_H_
