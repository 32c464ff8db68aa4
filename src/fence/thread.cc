#include "fence/thread.h"

#include <pthread.h>

#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fence {
namespace {

constexpr size_t kLongest = 15;

void NameThisThread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, kLongest).c_str());
}

}  // namespace

absl::StatusOr<std::thread> StartThread(const std::string& name, std::function<void()> run) {
  try {
    return std::thread([name, run = std::move(run)] {
      NameThisThread(name);
      run();
    });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("thread \"", name, "\" cannot be started: ", error.what()));
  }
}

}  // namespace fence
