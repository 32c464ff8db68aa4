#include "fence/message.h"

#include <cstring>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

// Fields one after the other in the machine's own representation: both ends run on one machine.
template <typename T>
void Put(std::string* out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Take() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      short_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }

  // An enumerator from 0 or 1 to `last`; anything else is noted as bad.
  template <typename E>
  E TakeEnum(E first, E last) {
    const auto value = Take<std::underlying_type_t<E>>();
    if (value < static_cast<decltype(value)>(first) || value > static_cast<decltype(value)>(last)) {
      bad_ = true;
      return first;
    }
    return static_cast<E>(value);
  }

  std::string_view rest() const { return bytes_; }

  absl::Status Finish(const char* what, bool all_consumed) const {
    if (short_) return absl::DataLossError(absl::StrCat(what, ": the body is too short"));
    if (bad_) return absl::DataLossError(absl::StrCat(what, ": a field has no known value"));
    if (!all_consumed) {
      return absl::DataLossError(absl::StrCat(what, ": ", bytes_.size(), " bytes too many"));
    }
    return absl::OkStatus();
  }

 private:
  std::string_view bytes_;
  bool short_ = false;
  bool bad_ = false;
};

Phases TakePhases(Decoder* decoder) {
  Phases phases;
  phases.rendezvous = decoder->TakeEnum(Phase::kNotRequested, Phase::kFailed);
  phases.delivery = decoder->TakeEnum(Phase::kNotRequested, Phase::kFailed);
  phases.processing = decoder->TakeEnum(Phase::kNotRequested, Phase::kFailed);
  return phases;
}

}  // namespace

absl::Status Validate(const Envelope& envelope, uint64_t sequence, uint32_t limit) {
  if (envelope.sequence != sequence) {
    return absl::DataLossError(
        absl::StrCat("message ", sequence, ": the slot holds message ", envelope.sequence));
  }
  if (envelope.kind < Kind::kApplication || envelope.kind > Kind::kReply) {
    return absl::DataLossError(absl::StrCat("message ", sequence, ": unknown kind ",
                                            static_cast<uint32_t>(envelope.kind)));
  }
  if (envelope.size > limit) {
    return absl::DataLossError(
        absl::StrCat("message ", sequence, ": ", envelope.size, " bytes in a slot of ", limit));
  }
  return absl::OkStatus();
}

std::string Encode(const ArriveBody& body) {
  std::string out;
  Put(&out, body.call);
  Put(&out, static_cast<int64_t>(body.patience.count()));
  Put(&out, body.mode);
  out += body.name;
  return out;
}

std::string Encode(const LeaveBody& body) {
  std::string out;
  Put(&out, body.call);
  return out;
}

std::string Encode(const ReplyBody& body) {
  std::string out;
  Put(&out, body.member);
  Put(&out, body.call);
  Put(&out, body.round);
  Put(&out, body.phases.rendezvous);
  Put(&out, body.phases.delivery);
  Put(&out, body.phases.processing);
  Put(&out, body.reason);
  return out;
}

absl::StatusOr<ArriveBody> DecodeArrive(std::string_view bytes) {
  Decoder decoder(bytes);
  ArriveBody body;
  body.call = decoder.Take<uint64_t>();
  body.patience = std::chrono::nanoseconds(decoder.Take<int64_t>());
  body.mode = decoder.TakeEnum(Mode::kRendezvous, Mode::kProcessing);
  body.name = std::string(decoder.rest());
  if (absl::Status status = decoder.Finish("arrive", true); !status.ok()) return status;
  if (body.name.empty() || body.name.size() > kMaxBarrierName) {
    return absl::DataLossError(absl::StrCat("arrive: a name of ", body.name.size(), " bytes"));
  }
  if (body.patience < std::chrono::nanoseconds::zero()) {
    return absl::DataLossError("arrive: negative patience");
  }
  return body;
}

absl::StatusOr<LeaveBody> DecodeLeave(std::string_view bytes) {
  Decoder decoder(bytes);
  LeaveBody body;
  body.call = decoder.Take<uint64_t>();
  if (absl::Status status = decoder.Finish("leave", decoder.rest().empty()); !status.ok())
    return status;
  return body;
}

absl::StatusOr<ReplyBody> DecodeReply(std::string_view bytes) {
  Decoder decoder(bytes);
  ReplyBody body;
  body.member = decoder.Take<Incarnation>();
  body.call = decoder.Take<uint64_t>();
  body.round = decoder.Take<uint64_t>();
  body.phases = TakePhases(&decoder);
  body.reason = decoder.TakeEnum(Reason::kNone, Reason::kStopped);
  if (absl::Status status = decoder.Finish("reply", decoder.rest().empty()); !status.ok())
    return status;
  return body;
}

}  // namespace fence
