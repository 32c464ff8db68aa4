// A data race between two members on a byte of the segment that they share. ThreadSanitizer must
// report it: otherwise its silence about the tests says nothing (one_mapping.cc).
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "fence/segment.h"

int main() {
  const std::string group = "planted_race." + std::to_string(getpid());
  const absl::StatusOr<fence::Segment> one = fence::Segment::Create(group, fence::Geometry());
  const absl::StatusOr<fence::Segment> two = fence::Segment::Attach(group);
  const absl::Status unlinked = fence::Segment::Unlink(group);
  if (!one.ok() || !two.ok() || !unlinked.ok()) {
    std::fprintf(stderr, "no segment\n");
    return 1;
  }
  std::thread other([&] { one->record(1).slot = 1; });
  two->record(1).slot = 2;
  other.join();
}
