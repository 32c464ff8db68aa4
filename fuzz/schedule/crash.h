// How a fuzzer ends for a failure that it has found.
#ifndef WEIR_FUZZ_SCHEDULE_CRASH_H_
#define WEIR_FUZZ_SCHEDULE_CRASH_H_

#include <string>

namespace weir::sim {

// Prints what failed, in the form that triage tools look for:
//
//   F1123 15:04:05.000123 4711 crash.cc:57] Check failed: FuzzerHash=assertion-missed_marker …
//
// and traps, in a function of its own for each signature (but for 1 of 256 that share one), since
// whoever sorts crashes does it by the innermost frames.
[[noreturn]] void CrashFor(const std::string& signature, const std::string& text);

}  // namespace weir::sim

#endif  // WEIR_FUZZ_SCHEDULE_CRASH_H_
