// What a target may say to weir: declare scenarios, start virtual processes, spend virtual time,
// and state what must hold.
//
// A target that is an ordinary program (it exports `main`) needs nothing of this. Everything here
// is available only inside an execution: the functions are resolved from the weir executable when
// the target is loaded. All of it may be called from any virtual thread unless said otherwise, and
// none of it allocates on weir's side.
//
//   WEIR_SCENARIO(ping, weir::Int("rounds", 1, 64, 4)) {
//     weir::Process peer = weir::Spawn("peer", [&] { ... });
//     weir::Expect(answered, "no_answer", [&] { return "peer did not answer"; });
//   }
#ifndef WEIR_SIM_WEIR_H_
#define WEIR_SIM_WEIR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

extern "C" {

// One parameter of a scenario. `names` is null for an integer in [least, most]; else it points to
// `most + 1` names and the value is an index into them. Sizes shrink towards `least`.
struct WeirParameter {
  const char* name;
  int64_t least;
  int64_t most;
  int64_t fallback;
  const char* const* names;
};

// A scenario, alive as long as its target. `values` has one entry per parameter, in their order.
struct WeirScenario {
  const char* name;
  const char* summary;
  const WeirParameter* parameters;
  size_t parameter_count;
  void (*body)(const int64_t* values);
};

void weir_register_scenario(const WeirScenario* scenario);
void weir_suppress_races(const char* function, const char* scenario);
[[noreturn]] void weir_fail(const char* oracle, const char* message, size_t length);
uint32_t weir_spawn(const char* name, void (*body)(void* context), void* context, uint32_t flags);
void weir_join_process(uint32_t process);
void weir_kill(uint32_t process);
void weir_restart(uint32_t process);
int weir_process_alive(uint32_t process);
uint32_t weir_incarnation(void);
void weir_spend(uint64_t nanoseconds);
void weir_round(uint64_t number);
uint64_t weir_choose(uint64_t alternatives);
uint64_t weir_now(void);
}

namespace weir {

// A virtual process: a named group of threads with a pid, an incarnation and file descriptors of
// its own. A handle stays valid to the end of the execution.
struct Process {
  uint32_t id = 0;
};

enum SpawnFlags : uint32_t {
  kSteady = 0,
  // The run may draw a point at which the process is killed as by SIGKILL: its threads are dropped
  // where they stand, without unwinding, and what it left in shared memory stays.
  kMayCrash = 1,
  // ... and, once killed, may draw to start again in a new incarnation. Implies kMayCrash.
  kMayRestart = 3,
};

// Starts a virtual process that runs `body` on its main thread, "<name>/main". It ends when `body`
// returns, which drops its other threads as the end of main() does. A restarted process runs `body`
// again; `Incarnation()` then says which life it is. Names are unique in an execution.
inline Process Spawn(const char* name, std::function<void()> body, SpawnFlags flags = kSteady) {
  // Never freed: the process may be restarted at any time, and an execution's heap is reset whole.
  auto* kept = new std::function<void()>(std::move(body));
  return {weir_spawn(
      name, [](void* context) { (*static_cast<std::function<void()>*>(context))(); }, kept, flags)};
}

// Waits until the process has ended for good: returned, or killed and not to be restarted.
inline void Join(Process process) { weir_join_process(process.id); }
// Kills it now (no effect on one that has ended); the caller may not be one of its threads.
inline void Kill(Process process) { weir_kill(process.id); }
// Starts an ended process again, in its next incarnation.
inline void Restart(Process process) { weir_restart(process.id); }
inline bool Alive(Process process) { return weir_process_alive(process.id) != 0; }
// Which life of the calling process this is: 0 at first, one more after each restart.
inline uint32_t Incarnation() { return weir_incarnation(); }

// The calling thread works for this much virtual time: it is parked until the clock is there.
inline void Spend(std::chrono::nanoseconds cost) {
  weir_spend(static_cast<uint64_t>(cost.count()));
}
inline std::chrono::nanoseconds Now() {
  return std::chrono::nanoseconds(static_cast<int64_t>(weir_now()));
}

// Marks the begin of round `number` for all threads. Schedules name their edits relative to a
// round.
inline void Round(uint64_t number) { weir_round(number); }

// One of 0 … alternatives−1, drawn by the run, recorded and replayed. The default is 0.
inline uint64_t Choose(uint64_t alternatives) { return weir_choose(alternatives); }

// Ends the execution with the verdict `assertion`. `oracle` is a stable identifier of what failed,
// the name of its failure bucket; `message` tells the user in his own terms.
[[noreturn]] inline void Fail(const char* oracle, std::string_view message) {
  weir_fail(oracle, message.data(), message.size());
}

// Fails unless `holds`. `message` is a callable that returns the text; it runs on failure only.
template <typename Message>
inline void Expect(bool holds, const char* oracle, Message&& message) {
  if (!holds) [[unlikely]] {
    const std::string text(std::forward<Message>(message)());
    Fail(oracle, text);
  }
}

// Parameters for WEIR_SCENARIO: an integer, or one of up to sixteen names.
constexpr WeirParameter Int(const char* name, int64_t least, int64_t most, int64_t fallback) {
  return {name, least, most, fallback, nullptr};
}
template <size_t N>
constexpr WeirParameter OneOf(const char* name, const char* const (&names)[N], int64_t fallback) {
  return {name, 0, static_cast<int64_t>(N) - 1, fallback, names};
}

// The values of one run, by the names under which they were declared.
class Parameters {
 public:
  Parameters(const WeirScenario& scenario, const int64_t* values)
      : scenario_(scenario), values_(values) {}
  // The value (for OneOf: the index). An undeclared name is a mistake in the scenario and fails the
  // run.
  int64_t operator[](std::string_view name) const {
    for (size_t i = 0; i < scenario_.parameter_count; ++i) {
      if (name == scenario_.parameters[i].name) return values_[i];
    }
    Fail("undeclared_parameter", name);
  }

 private:
  const WeirScenario& scenario_;
  const int64_t* values_;
};

}  // namespace weir

// Defines and registers a scenario: WEIR_SCENARIO(name, parameters…) { body }. The body runs on
// thread "scenario/main", sees `const weir::Parameters& parameters`, and the execution passes when
// the body has returned and every process that it spawned has ended.
#define WEIR_SCENARIO(id, ...)                                                             \
  static void WeirBody_##id(const weir::Parameters& parameters);                           \
  static constexpr WeirParameter kWeirParameters_##id[] = {__VA_ARGS__};                   \
  static void WeirEntry_##id(const int64_t* values);                                       \
  static constexpr WeirScenario kWeirScenario_##id = {                                     \
      #id, "", kWeirParameters_##id, sizeof(kWeirParameters_##id) / sizeof(WeirParameter), \
      WeirEntry_##id};                                                                     \
  static void WeirEntry_##id(const int64_t* values) {                                      \
    WeirBody_##id(weir::Parameters(kWeirScenario_##id, values));                           \
  }                                                                                        \
  [[gnu::constructor]] static void WeirRegister_##id() {                                   \
    weir_register_scenario(&kWeirScenario_##id);                                           \
  }                                                                                        \
  static void WeirBody_##id([[maybe_unused]] const weir::Parameters& parameters)

// Races on purpose: in a target that is compiled with its memory accesses, a data race does not
// count if one of the two accesses stands in `function` or is called by it. A name without
// parameters, whole or from a "::" on; "*" is any. At namespace scope, in any source of the target:
// it is part of the target, so schedules replay as they are, and the code that races need not know.
//
//   WEIR_RACE_SUPPRESSED("Statistics::Add");
//   WEIR_RACE_SUPPRESSED_IN(late_join_and_leave, "RingReader::Read");   // in that scenario alone
#define WEIR_RACE_SUPPRESSED(function) WEIR_RACE_SUPPRESSED_AT(function, nullptr, __COUNTER__)
#define WEIR_RACE_SUPPRESSED_IN(scenario, function) \
  WEIR_RACE_SUPPRESSED_AT(function, #scenario, __COUNTER__)
#define WEIR_RACE_SUPPRESSED_AT(function, scenario, id) \
  WEIR_RACE_SUPPRESSED_AS(function, scenario, id)
#define WEIR_RACE_SUPPRESSED_AS(function, scenario, id)       \
  [[gnu::constructor]] static void WeirSuppressRaces_##id() { \
    weir_suppress_races(function, scenario);                  \
  }                                                           \
  static_assert(true, "")

#endif  // WEIR_SIM_WEIR_H_
