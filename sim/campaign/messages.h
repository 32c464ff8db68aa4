// Lines of text from a child process to its parent: one JSON object each.
#ifndef WEIR_SIM_CAMPAIGN_MESSAGES_H_
#define WEIR_SIM_CAMPAIGN_MESSAGES_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sim {

// On one line. Bytes that are not UTF-8 (a target's message may hold any) become U+FFFD.
std::string DumpJson(const nlohmann::json& json);

// Writes the whole line and a newline. False when the other end is gone.
bool SendLine(int pipe, std::string_view line);

// Puts together the lines that come out of a pipe. The descriptor is not owned.
class LineReader {
 public:
  explicit LineReader(int pipe) : pipe_(pipe) {}

  // The lines that are complete by now; never waits if the pipe is non-blocking.
  std::vector<std::string> Read();
  // Waits until the writers are gone, and returns all remaining lines. An incomplete one is
  // dropped: its writer died.
  std::vector<std::string> ReadToEnd();
  bool at_end() const { return at_end_; }

 private:
  int pipe_;
  std::string buffer_;
  bool at_end_ = false;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_MESSAGES_H_
