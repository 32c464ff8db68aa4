// A make-believe target for the minimiser: an execution fails if the edits that apply, and the
// parameters, meet a condition.
#ifndef WEIR_TESTS_MINIMIZE_FAKE_H_
#define WEIR_TESTS_MINIMIZE_FAKE_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/minimize/minimize.h"

namespace weir::sim {

// What an execution of the fake comes down to.
struct FakeRun {
  int64_t workers = 0;
  int64_t iterations = 0;
  int64_t cost = 0;
  int64_t mode = 0;                                // 0 plain, 1 odd, 2 wrapped
  std::set<uint64_t> edits;                        // ids of those that applied
  std::set<std::pair<uint64_t, uint64_t>> placed;  // (round, id)
  std::set<std::string> faults;                    // processes
  std::set<FaultKind> injected;                    // by edits that applied

  bool Has(uint64_t id) const { return edits.contains(id); }
};

// An edit applies if its worker and its round exist. Round 0 is before the first iteration.
Edit FakeEdit(uint64_t id, int64_t worker = 0, uint64_t round = 0);
uint64_t IdOf(const Edit& edit);

class Fake final : public Executor {
 public:
  using Condition = std::function<bool(const FakeRun&)>;
  // What a search at these parameters finds: edits, or nothing.
  using Finder = std::function<std::vector<Edit>(const FakeRun& at, uint64_t seed)>;

  explicit Fake(Condition fails, Finder finder = nullptr)
      : fails_(std::move(fails)), finder_(std::move(finder)) {}

  Outcome Run(const Schedule& schedule) override;
  Schedule Record(const Schedule& schedule) override;
  std::optional<Schedule> Search(const Schedule& like, uint64_t point_budget,
                                 uint64_t seed) override;

  // A schedule with these, recorded.
  Schedule Failing(int64_t workers, int64_t iterations, std::vector<Edit> edits,
                   std::vector<Fault> faults = {}, const std::string& mode = "plain",
                   int64_t cost = 12);
  MinimizeOptions Options() const;

  // Of every schedule that ran, without searches.
  std::vector<Schedule> runs;
  uint64_t searched_points = 0;
  uint64_t records = 0;

  // Two runs of one schedule differ.
  bool nondeterministic = false;
  std::string old_signature;  // of the wanted failure
  // Another failure in place of the wanted one, where this holds.
  Condition fails_otherwise = [](const FakeRun&) { return false; };

 private:
  FakeRun Applied(const Schedule& schedule, Outcome* outcome) const;

  Condition fails_;
  Finder finder_;
};

int64_t ValueOf(const Schedule& schedule, const std::string& parameter);

// So many edits with ids from 1 on, spread over the workers, and over that many rounds and none.
std::vector<Edit> Edits(uint64_t count, int64_t workers = 1, uint64_t rounds = 0);

// Of its edits, in their order.
std::vector<uint64_t> Ids(const Schedule& schedule);

// Minimises, which has to come to an end.
Minimized MustMinimize(Fake& fake, const Schedule& failing);

}  // namespace weir::sim

#endif  // WEIR_TESTS_MINIMIZE_FAKE_H_
