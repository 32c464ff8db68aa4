#include "sim/campaign/messages.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace weir::sim {

std::string DumpJson(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool SendLine(int pipe, std::string_view line) {
  std::string text(line);
  text += '\n';
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t written = write(pipe, text.data() + sent, text.size() - sent);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) sent += static_cast<size_t>(written);
  }
  return true;
}

std::vector<std::string> LineReader::Read() {
  char block[65536];
  while (!at_end_) {
    const ssize_t got = read(pipe_, block, sizeof(block));
    if (got > 0) {
      buffer_.append(block, static_cast<size_t>(got));
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    at_end_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    break;
  }
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(buffer_.substr(begin, end - begin));
  }
  buffer_.erase(0, begin);
  return lines;
}

std::vector<std::string> LineReader::ReadToEnd() {
  std::vector<std::string> all;
  while (true) {
    for (std::string& line : Read()) all.push_back(std::move(line));
    if (at_end_) return all;
    pollfd waited = {pipe_, POLLIN, 0};
    poll(&waited, 1, -1);
  }
}

}  // namespace weir::sim
