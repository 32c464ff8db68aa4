#include "tests/cli/weir_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace weir::sim {

namespace fs = std::filesystem;

std::vector<nlohmann::json> WeirEnd::Json() const {
  std::vector<nlohmann::json> objects;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object()) objects.push_back(std::move(json));
  }
  return objects;
}

nlohmann::json WeirEnd::Event(const std::string& name) const {
  for (nlohmann::json& json : Json()) {
    if (json.value("event", "") == name) return json;
  }
  return nullptr;
}

fs::path ScratchFolder(const std::string& name) {
  const fs::path folder =
      fs::temp_directory_path() / ("weir_cli_" + std::to_string(getpid()) + "_" + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

WeirEnd Weir(const std::string& arguments, const fs::path& folder) {
  return RunProgram(WEIR_BINARY_DIR "/weir", arguments, folder);
}

WeirEnd RunProgram(const fs::path& program, const std::string& arguments, const fs::path& folder) {
  const fs::path streams = ScratchFolder("streams");
  const fs::path where = folder.empty() ? streams : folder;
  const std::string command = "cd '" + where.string() + "' && '" + program.string() + "' " +
                              arguments + " >'" + (streams / "out").string() + "' 2>'" +
                              (streams / "error").string() + "' </dev/null";
  const int status = std::system(command.c_str());
  WeirEnd end;
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  end.out = ReadAll(streams / "out");
  end.error = ReadAll(streams / "error");
  fs::remove_all(streams);
  return end;
}

std::string Program(const std::string& name) {
  return WEIR_BINARY_DIR "/targets/programs/" + name + ".so";
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteAll(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace weir::sim
