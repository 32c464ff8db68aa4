// libFuzzer on the reader of schedule files. Whatever the bytes are: no crash, a reason with a
// place for what is refused, and what is accepted can be written and read again as the same
// schedule.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {
namespace {

constexpr size_t kMostBytes = 1 << 16;

// Each of its own, so that whoever sorts crashes by the innermost frames tells them apart.
[[noreturn, gnu::noinline]] void RefusedWithoutAPlace(const std::string& message) {
  std::fprintf(stderr, "refused without a place: %s\n", message.c_str());
  __builtin_trap();
}
[[noreturn, gnu::noinline]] void CanNotReadWhatItWrote(const std::string& written,
                                                       const absl::Status& why) {
  std::fprintf(stderr, "cannot read what it wrote: %s\n%s", why.ToString().c_str(),
               written.c_str());
  __builtin_trap();
}
[[noreturn, gnu::noinline]] void ReadsAnotherScheduleThanItWrote(const std::string& written) {
  std::fprintf(stderr, "reads another schedule than it wrote:\n%s", written.c_str());
  __builtin_trap();
}
[[noreturn, gnu::noinline]] void WritesTheSameScheduleInTwoWays(const std::string& one,
                                                                const std::string& other) {
  std::fprintf(stderr, "writes the same schedule in two ways:\n%s%s", one.c_str(), other.c_str());
  __builtin_trap();
}

void CheckFile(std::string_view text) {
  const absl::StatusOr<Schedule> read = ParseSchedule(text, "input");
  if (!read.ok()) {
    const std::string message(read.status().message());
    if (!message.starts_with("input:")) RefusedWithoutAPlace(message);
    return;
  }
  const std::string written = FormatSchedule(*read);
  const absl::StatusOr<Schedule> again = ParseSchedule(written, "written");
  if (!again.ok()) CanNotReadWhatItWrote(written, again.status());
  if (*again != *read) ReadsAnotherScheduleThanItWrote(written);
  if (const std::string twice = FormatSchedule(*again); twice != written)
    WritesTheSameScheduleInTwoWays(written, twice);
}

}  // namespace
}  // namespace weir::sim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > weir::sim::kMostBytes) return 0;
  weir::sim::CheckFile({reinterpret_cast<const char*>(data), size});
  return 0;
}
