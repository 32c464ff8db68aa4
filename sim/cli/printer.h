// Prints an execution while it goes on: what the target writes, and on request every point.
#ifndef WEIR_SIM_CLI_PRINTER_H_
#define WEIR_SIM_CLI_PRINTER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sim/engine/observer.h"

namespace weir::sim {

// The target's lines appear with the thread's name before them; with `points` each scheduling point
// is a line as well. With `json` both are JSON objects.
class Printer final : public Observer {
 public:
  Printer(bool points, bool json) : points_(points), json_(json) {}

  void OnPoint(const PointEvent& event) override;
  void OnDecision(const Point& point, Choice choice) override;
  void OnOutput(ThreadSlot thread, int fd, std::string_view text) override;
  void OnFact(ThreadSlot thread, std::string_view key, int64_t value) override;

  // What was written without a newline at its end. After the execution.
  void Flush();

 private:
  void PrintLine(const std::string& thread, int fd, const std::string& line) const;

  const bool points_;
  const bool json_;
  std::map<std::string, std::string> unfinished_;  // by thread: the beginning of a line
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CLI_PRINTER_H_
