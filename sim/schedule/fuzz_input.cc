#include "sim/schedule/fuzz_input.h"

#include "absl/strings/str_cat.h"
#include "sim/engine/fault.h"

namespace weir::sim {
namespace {

template <typename Number>
void Put(std::string& bytes, Number number) {
  for (size_t i = 0; i < sizeof(Number); ++i) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i)));
  }
}

void PutName(std::string& bytes, const std::string& name) {
  Put(bytes, static_cast<uint8_t>(name.size()));
  bytes.append(name);
}

// Reads from the front; once something was beyond the end, everything is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  bool failed() const { return failed_; }

  template <typename Number>
  Number Get() {
    const std::string_view part = Take(sizeof(Number));
    uint64_t number = 0;
    for (size_t i = 0; i < part.size(); ++i) {
      number |= uint64_t{static_cast<uint8_t>(part[i])} << (8 * i);
    }
    return static_cast<Number>(number);
  }
  std::string_view Name() { return Take(Get<uint8_t>()); }

 private:
  std::string_view Take(size_t size) {
    if (failed_ || size > left()) {
      failed_ = true;
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string_view bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

absl::Status Refuse(std::string_view file, size_t at, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(file), ": byte ", at, ": ", std::string(why)));
}

constexpr size_t kEditBytes = 16;

}  // namespace

std::string FormatFuzzInput(const FuzzInput& input) {
  std::string bytes(kFuzzInputMagic);
  PutName(bytes, input.target);
  PutName(bytes, input.scenario);
  Put(bytes, static_cast<uint8_t>(input.values.size()));
  for (const int64_t value : input.values) Put(bytes, value);
  for (const InputEdit& edit : input.edits) {
    Put(bytes, static_cast<uint8_t>(edit.kind));
    Put(bytes, edit.fault);
    Put(bytes, edit.round);
    Put(bytes, edit.nth);
    Put(bytes, edit.thread);
    Put(bytes, edit.number);
  }
  return bytes;
}

absl::StatusOr<FuzzInput> ParseFuzzInput(std::string_view bytes, std::string_view file) {
  if (bytes.substr(0, kFuzzInputMagic.size()) != kFuzzInputMagic) {
    return Refuse(file, 0, absl::StrCat("expected \"", std::string(kFuzzInputMagic), "\""));
  }
  Reader reader(bytes);
  reader.Get<uint64_t>();
  FuzzInput input;
  size_t at = reader.at();
  input.target = reader.Name();
  if (reader.failed()) return Refuse(file, at, "the target's name ends beyond the end");
  at = reader.at();
  input.scenario = reader.Name();
  if (reader.failed()) return Refuse(file, at, "the scenario's name ends beyond the end");
  at = reader.at();
  const auto values = reader.Get<uint8_t>();
  for (int i = 0; i < values; ++i) input.values.push_back(reader.Get<int64_t>());
  if (reader.failed()) return Refuse(file, at, "the parameters' values end beyond the end");
  while (reader.left() >= kEditBytes) {
    at = reader.at();
    InputEdit edit;
    const auto kind = reader.Get<uint8_t>();
    if (kind >= InputEdit::kKinds) {
      return Refuse(file, at, absl::StrCat("there is no edit of kind ", kind));
    }
    edit.kind = static_cast<InputEdit::Kind>(kind);
    edit.fault = reader.Get<uint8_t>();
    if (edit.fault >= kFaultKinds) {
      return Refuse(file, at + 1, absl::StrCat("there is no fault ", edit.fault));
    }
    edit.round = reader.Get<uint16_t>();
    edit.nth = reader.Get<uint32_t>();
    edit.thread = reader.Get<uint32_t>();
    edit.number = reader.Get<uint32_t>();
    input.edits.push_back(edit);
  }
  if (reader.left() != 0) return Refuse(file, reader.at(), "half an edit");
  return input;
}

}  // namespace weir::sim
