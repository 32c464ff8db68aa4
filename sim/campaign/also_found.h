// Failures that a minimiser comes upon and does not want, since they have another identity than the
// one that it makes small: kept, so that they are not lost.
#ifndef WEIR_SIM_CAMPAIGN_ALSO_FOUND_H_
#define WEIR_SIM_CAMPAIGN_ALSO_FOUND_H_

#include <map>
#include <string>

#include "sim/schedule/schedule.h"

namespace weir::sim {

class AlsoFound {
 public:
  // The folder is made when there is something to keep.
  explicit AlsoFound(std::string folder) : folder_(std::move(folder)) {}

  // True if no failure of this signature is kept, and there is room for one.
  bool IsNew(const std::string& signature) const;

  // Writes a recorded failure to <folder>/<signature>.weir.json, if IsNew(). One that cannot be
  // written is left out: it was not what was asked for.
  void Keep(const Schedule& failing);

  // By signature.
  const std::map<std::string, std::string>& files() const { return files_; }

  // One line for people; empty if there is nothing to tell.
  std::string Text() const;

 private:
  std::string folder_;
  std::map<std::string, std::string> files_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_ALSO_FOUND_H_
