// A schedule as a fuzzer holds it: a few bytes that can be cut and joined anywhere and still mean
// something.
//
// A schedule file keys its edits by what they are about, which survives changes of the source, and
// costs a hash at each point. Here an edit is about the how-manieth decision of a thread in a
// round, which costs a comparison. Both describe the same decisions: sim/campaign/inputs.h turns
// each into the other, and checks that the execution is the same.
#ifndef WEIR_SIM_SCHEDULE_FUZZ_INPUT_H_
#define WEIR_SIM_SCHEDULE_FUZZ_INPUT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weir::sim {

// One deviation from the default.
struct InputEdit {
  enum class Kind : uint8_t {
    kRun,     // thread `number` runs next
    kTime,    // time passes to the next timer
    kPause,   // `thread`, or its process, stands still: the fault `fault`, for delay `number`
    kWake,    // waiter `number` is woken
    kValue,   // weir::Choose gives `number`
    kLife,    // a process that starts will be killed: `number` is a fault_choice.h
    kInject,  // the fault `fault` happens, as `number` says
    kOrder,   // thread `number` waits before its decision `nth >> 16`, until `thread` is beyond its
              // decision `nth & 0xFFFF`
    kWalk,  // where no edit says who runs next, a random walk of seed `number` does: it leaves the
            // default at one of 2^nth decisions. Of several the first counts
  };
  static constexpr uint8_t kKinds = 9;
  static constexpr uint32_t kStickiest = 8;  // kWalk: the most that nth counts

  Kind kind = Kind::kRun;
  uint8_t fault = 0;    // FaultKind
  uint16_t round = 0;   // kMostRounds: that one and all later ones
  uint32_t nth = 1;     // from 1: which decision of that sort, of the thread in the round. kInject:
                        // which of the moments in the execution when the fault could happen
  uint32_t thread = 0;  // its path's hash, lower half. kInject, kWalk: not looked at
  uint32_t number = 0;  // kRun, kOrder: as `thread`. Else taken modulo what is possible

  friend bool operator==(const InputEdit&, const InputEdit&) = default;
};
inline constexpr uint16_t kMostRounds = 0xFFFF;

struct FuzzInput {
  std::string target;  // its name; at most 255 bytes, as is the scenario's
  std::string scenario;
  std::vector<int64_t> values;   // of the first parameters; the others have their declared ones
  std::vector<InputEdit> edits;  // in any order

  friend bool operator==(const FuzzInput&, const FuzzInput&) = default;
};

// What such a file begins with; no schedule file does.
inline constexpr std::string_view kFuzzInputMagic = "weir-in1";

// The bytes; the same input gives the same ones. Precondition: names and values are at most 255.
std::string FormatFuzzInput(const FuzzInput& input);

// InvalidArgument with the place for what FormatFuzzInput did not write:
//
//   crash-1b2c: byte 9: the scenario's name ends beyond the end
absl::StatusOr<FuzzInput> ParseFuzzInput(std::string_view bytes, std::string_view file);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_FUZZ_INPUT_H_
