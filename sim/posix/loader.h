// Loads a target: a shared object built by weir_target().
#ifndef WEIR_SIM_POSIX_LOADER_H_
#define WEIR_SIM_POSIX_LOADER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

struct WeirScenario;

namespace weir::sim {

struct Target {
  std::string path;      // absolute
  std::string name;      // file name without ".so"
  std::string build_id;  // of the ELF note, in hex; empty if it has none
  // In order of registration; "main", without parameters, first when the target exports main. In
  // its place, when that is a GoogleTest binary, each of its tests (gtest.h).
  std::vector<const WeirScenario*> scenarios;
  // Files of the libraries that the target calls and whose synchronisation is not seen (unseen.h),
  // but for those of which an order is declared. None where races are not looked for.
  std::vector<std::string> unseen_libraries;
};

// Loads the target into the World and takes the base image, so that Run() may be called. Once per
// process, after StartEngine(); the target stays loaded.
//
// NotFound: no such file. InvalidArgument: not a shared object, not instrumented, or not linked at
// kTargetAddress; the text says what to do. FailedPrecondition: the dynamic loader refuses, with
// its words.
absl::StatusOr<const Target*> LoadTarget(const std::string& path);

// What is wrong with a file as a target, without loading it: OK if nothing. Does not need the
// engine.
absl::Status CheckTarget(const std::string& path);

// Called by weir_register_scenario while the target is being loaded.
void AddScenario(const WeirScenario* scenario);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_LOADER_H_
