// A toy engine: threads that are lists of operations, run under a strategy and an observer as the
// real engine runs fibers. For tests of what watches and steers executions.
#ifndef WEIR_TESTS_SCHEDULE_TOY_H_
#define WEIR_TESTS_SCHEDULE_TOY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/engine/decision.h"
#include "sim/engine/observer.h"
#include "sim/schedule/names.h"

namespace weir::sim {

// What an operation does; its Op is only its name.
enum class ToyAct {
  kPlain,   // nothing
  kLock,    // waits until `object` is free, takes it
  kUnlock,  // frees it; a waiter, chosen if there are several, may try again
  kSpin,    // loads until `object` was set
  kSet,     // sets `object`
  kSleep,   // waits for the timer
  kChoose,  // draws one of `number` values
  kRound,   // begins round `number`
  kSpawn,   // thread `number` (of a process that may crash) begins; draws a fault
};

struct ToyOp {
  ToyAct act;
  Op op;
  uint64_t object = 0;  // number of the object; 0 for none
  uint32_t number = 0;
};

struct ToyThread {
  std::string path;
  std::vector<ToyOp> ops;
  bool spawned = false;   // runs only once it is spawned
  std::string name = {};  // empty: the path
};

struct ToyResult {
  uint64_t points = 0;
  uint64_t decisions = 0;
  uint64_t fingerprint = 0;
  std::vector<std::string> order;  // "path op" of each operation, as they were done
  std::vector<uint64_t> values;    // drawn by kChoose
  std::vector<std::string> crashed;
};

class Toy {
 public:
  explicit Toy(std::vector<ToyThread> threads) : threads_(std::move(threads)) {}

  // `observer` may be null.
  ToyResult Run(Strategy& strategy, Observer* observer);
  Names names() const;

  // Written form of object `number` and its key.
  static std::string ObjectText(uint64_t number);
  static ObjectKey Key(uint64_t number);

 private:
  struct State;
  const std::vector<ToyThread> threads_;
};

// Chooses at random among all that is offered.
class AnyChoice final : public Strategy {
 public:
  explicit AnyChoice(uint64_t seed, bool faults = false) : seed_(seed), faults_(faults) {}
  void Begin(const Execution&, Random) override { random_ = Random(seed_); }
  Choice Choose(const Point& point) override;

 private:
  uint64_t seed_;
  bool faults_;
  Random random_{0};
};

// Some threads with a bit of everything.
std::vector<ToyThread> RandomToyThreads(uint64_t seed);

}  // namespace weir::sim

#endif  // WEIR_TESTS_SCHEDULE_TOY_H_
