// A campaign's directory: plain files for now.
//
//   DIR/failures/<signature>/first.weir.json     the failure with the lowest index
//   DIR/failures/<signature>/found-<index>…      on their way there
//   DIR/failures/<signature>/kept-<n>.weir.json  what stood in the way and was of something else
#ifndef WEIR_SIM_CAMPAIGN_STORE_H_
#define WEIR_SIM_CAMPAIGN_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

inline constexpr std::string_view kDefaultCampaign = "weir-campaign";

class Store {
 public:
  // Makes the directory if need be and tries to write there. InvalidArgument with the path and the
  // reason when it cannot; then nothing was left behind.
  static absl::StatusOr<Store> Open(const std::string& directory);

  const std::string& directory() const { return directory_; }

  // Writes a failure as found-<index>; the file's path. In a worker.
  absl::StatusOr<std::string> PutFound(const Schedule& schedule) const;

  // Makes a found file the first one of its signature; the new path. In the parent. What stands
  // there is replaced if it is of the same target; a file that cannot be read, or that is of
  // another target, is kept beside it, and standard error says where.
  absl::StatusOr<std::string> MakeFirst(const std::string& found) const;

  // Removes a found file that is not the first.
  void Drop(const std::string& found) const;

  // Removes the directory again if this Open() made it and nothing was put into it.
  void RemoveIfEmpty() const;

 private:
  Store(std::string directory, bool made) : directory_(std::move(directory)), made_(made) {}

  std::string directory_;
  bool made_;
};

// The path as it should be typed: relative to the current directory when it lies below it.
std::string DisplayPath(const std::string& path);

// For a shell: quoted if it has to be.
std::string ShellWord(std::string_view word);

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_STORE_H_
