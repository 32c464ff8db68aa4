// Runs the built weir as a user does.
#ifndef WEIR_TESTS_CLI_WEIR_PROCESS_H_
#define WEIR_TESTS_CLI_WEIR_PROCESS_H_

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weir::sim {

struct WeirEnd {
  int status = -1;    // exit status; −signal if it was killed
  std::string out;    // standard output
  std::string error;  // standard error

  // Standard output's lines that are JSON objects.
  std::vector<nlohmann::json> Json() const;
  // The one of them with this "event"; a null if there is none.
  nlohmann::json Event(const std::string& name) const;
};

// `arguments` as a shell reads them. Runs in `folder`, a scratch directory of the test by default.
WeirEnd Weir(const std::string& arguments, const std::filesystem::path& folder = {});

// The same of another program.
WeirEnd RunProgram(const std::filesystem::path& program, const std::string& arguments,
                   const std::filesystem::path& folder = {});

// A directory of the test's own, empty at first.
std::filesystem::path ScratchFolder(const std::string& name);

// The path of an example: Program("deadlock/lock_order") is
// …/targets/programs/deadlock/lock_order.so.
std::string Program(const std::string& name);

std::string ReadAll(const std::filesystem::path& path);
void WriteAll(const std::filesystem::path& path, const std::string& text);

}  // namespace weir::sim

#endif  // WEIR_TESTS_CLI_WEIR_PROCESS_H_
