// How the library starts its threads and names them, as debuggers and /proc show them.

#ifndef FENCE_THREAD_H_
#define FENCE_THREAD_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace fence {

// A thread that bears `name` and runs `run`, which must not throw. ResourceExhausted when the
// system has none to give, which std::thread says by an exception. Linux keeps 15 characters of the
// name.
absl::StatusOr<std::thread> StartThread(const std::string& name, std::function<void()> run);

}  // namespace fence

#endif  // FENCE_THREAD_H_
