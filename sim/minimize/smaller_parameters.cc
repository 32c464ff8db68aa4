#include "sim/minimize/limits.h"
#include "sim/minimize/passes.h"

namespace weir::sim {
namespace {

// One parameter of the bench's best.
class ShrinkOne {
 public:
  ShrinkOne(Bench& bench, size_t index)
      : bench_(bench), spec_(bench.workshop().options.parameters[index]), index_(index) {}

  void Run() {
    if (value() == spec_.least || Try(spec_.least)) return;
    if (spec_.names.empty()) {
      ClimbAndBisect();
    } else {
      for (int64_t name = 1; name < value(); ++name) {
        if (Try(name)) return;
      }
    }
  }

 private:
  int64_t value() const { return ValuesOf(bench_)[index_]; }

  bool Try(int64_t value) {
    std::vector<int64_t> values = ValuesOf(bench_);
    values[index_] = value;
    return TryAtValues(bench_, values, bench_.workshop().parameter_points);
  }

  // Small values first: a failure that needs two of something is common, one that needs forty is
  // not.
  void ClimbAndBisect() {
    int64_t too_small = spec_.least;
    for (uint64_t step = 1; step < Distance(spec_.least, value()) && !bench_.Expired(); step *= 2) {
      const int64_t larger = spec_.least + static_cast<int64_t>(step);
      if (Try(larger)) break;
      too_small = larger;
    }
    while (Distance(too_small, value()) > 1 && !bench_.Expired()) {
      const int64_t middle = too_small + static_cast<int64_t>(Distance(too_small, value()) / 2);
      if (!Try(middle)) too_small = middle;
    }
  }

  Bench& bench_;
  const ParameterSpec& spec_;
  size_t index_;
};

}  // namespace

void ShrinkParameters(Bench& bench) {
  bench.workshop().BeginPass("parameters");
  for (size_t i = 0; i < bench.workshop().options.parameters.size(); ++i) {
    if (bench.Expired()) return;
    ShrinkOne(bench, i).Run();
  }
}

}  // namespace weir::sim
