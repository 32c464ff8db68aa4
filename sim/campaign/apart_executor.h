// Runs schedules for the minimiser of a failure that ends its process: each in one of its own.
#ifndef WEIR_SIM_CAMPAIGN_APART_EXECUTOR_H_
#define WEIR_SIM_CAMPAIGN_APART_EXECUTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "sim/minimize/minimize.h"

namespace weir::sim {

class ApartExecutor final : public Executor {
 public:
  ApartExecutor(std::string target, double hang_seconds)
      : target_(std::move(target)), hang_seconds_(hang_seconds) {}

  // Of a candidate that ends its process it is not known which edits did not apply; recording it
  // leaves them out.
  Outcome Run(const Schedule& schedule) override;
  // Its verdict is nondeterminism if it could not be repeated.
  Schedule Record(const Schedule& schedule) override;
  std::optional<Schedule> Search(const Schedule& like, uint64_t point_budget,
                                 uint64_t seed) override;

 private:
  std::string target_;
  double hang_seconds_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_CAMPAIGN_APART_EXECUTOR_H_
