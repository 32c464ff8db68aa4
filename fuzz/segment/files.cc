#include "fuzz/segment/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "fence/process.h"

namespace fence {
namespace {

using std::chrono::milliseconds;

constexpr Geometry kTiny{.slots = 2, .incarnations = 3, .ring_messages = 2, .message_bytes = 96};

// A file that no Segment made.
void WriteForeign(const std::string& path, Input* input) {
  const int fd = shm_open(path.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
  const size_t size = input->Short();
  const std::string_view bytes = input->Rest();
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(size)) != 0 ||
      pwrite(fd, bytes.data(), std::min(bytes.size(), size), 0) < 0) {
    Complain("cannot make " + path);
  }
  close(fd);
}

// A file that a Segment made, with the rest of the input from some place on.
void WriteSpoilt(const std::string& group, Input* input) {
  const auto segment = Segment::Create(group, kTiny, milliseconds(1));
  if (!segment.ok()) Complain(segment.status().ToString());
  const SegmentOffsets at(kTiny);
  auto* const begin = reinterpret_cast<char*>(&segment->control()) - at.control;
  const size_t offset = input->Short() % at.end;
  const std::string_view bytes = input->Take(at.end - offset);
  std::memcpy(begin + offset, bytes.data(), bytes.size());
}

void Use(const std::string& group) {
  const auto segment = Segment::Attach(group);
  if (!segment.ok()) return;
  if (ToString(TakeSnapshot(*segment)).size() > 1'000'000) Complain("a snapshot without end");
  Options options;
  options.group = group;
  options.slot = 1;
  options.patience = milliseconds(1);
  options.answer_grace = milliseconds(1);
  const auto joined = Process::Join(std::move(options));
  if (!joined.ok()) return;
  (*joined)->Send(1, "x").IgnoreError();
  (*joined)->Barrier("b", Mode::kDelivery);
}

}  // namespace

void FuzzFile(Input* input) {
  const std::string group = FuzzGroupName();
  Segment::Unlink(group).IgnoreError();
  if (input->Byte() == 'f') {
    WriteForeign("/fence." + group, input);
  } else {
    WriteSpoilt(group, input);
  }
  Use(group);
  Segment::Unlink(group).IgnoreError();
}

}  // namespace fence
