#include "fuzz/segment/bodies.h"

#include <cstring>
#include <string>

#include "fence/message.h"

namespace fence {
namespace {

template <typename Body>
void ExpectSame(const absl::StatusOr<Body>& body, std::string_view bytes, const char* what) {
  if (body.ok() && Encode(*body) != bytes) Complain(std::string(what) + ": encodes differently");
}

}  // namespace

void FuzzBodies(Input* input) {
  const std::string_view bytes = input->Rest();
  ExpectSame(DecodeArrive(bytes), bytes, "arrive");
  ExpectSame(DecodeLeave(bytes), bytes, "leave");
  ExpectSame(DecodeReply(bytes), bytes, "reply");
  Envelope envelope;
  if (bytes.size() < sizeof(envelope)) return;
  std::memcpy(&envelope, bytes.data(), sizeof(envelope));
  constexpr uint32_t kLimit = 96;
  if (Validate(envelope, 7, kLimit).ok() && (envelope.sequence != 7 || envelope.size > kLimit)) {
    Complain("an envelope that does not fit its slot");
  }
}

}  // namespace fence
