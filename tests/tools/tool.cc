#include "tests/tools/tool.h"

#include <sys/wait.h>

#include <cstdio>

ToolEnd Tool(const std::string& command) {
  std::string line = WEIR_BINARY_DIR "/";
  line += command;
  line += " 2>&1";
  ToolEnd end;
  std::FILE* const pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return end;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) end.out.append(buffer, n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
  return end;
}
