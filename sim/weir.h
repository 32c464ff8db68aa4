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
  const char* expected;  // the verdict that it is to come to; null for pass
};

void weir_register_scenario(const WeirScenario* scenario);
void weir_suppress_races(const char* function, const char* scenario);
void weir_declare_order(const char* function, uint32_t how);
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
uint64_t weir_disturb(uint32_t what, uint64_t alternatives);
void weir_must_end_within(uint64_t nanoseconds);
void weir_observe(const char* key, size_t length, int64_t value);
int weir_watch_begin(void);
void weir_watch_end(void);
uint32_t weir_register_sometimes(const char* id);
void weir_sometimes(uint32_t index, int holds);
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
  // The run may stop all its threads for up to a minute of virtual time, as SIGSTOP and SIGCONT do:
  // long enough that others take it for dead, and that it comes back.
  kMayStall = 4,
  // Its calls of shm_open, memfd_create, ftruncate, mmap and pthread_create may fail, as they do
  // when there is no memory or no descriptor left, or a signal comes.
  kCallsMayFail = 8,
};
constexpr SpawnFlags operator|(SpawnFlags a, SpawnFlags b) {
  return static_cast<SpawnFlags>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}

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

// What a run may disturb in how a scenario sets itself up, each a fault of its own that the run may
// have or not (`weir list faults`).
enum class Disturbance : uint32_t {
  kCounters = 0,  // where counters begin: near their end, above or below those of the life before
  kServiceState = 1,  // what begins late, or stays in a state that is usually short
  kFullRing = 2,      // how little room there is
};
// 0: nothing; else how, below `alternatives` (≥ 2). Recorded and replayed; with --no-faults it is
// 0.
inline uint64_t Disturb(Disturbance what, uint64_t alternatives) {
  return weir_disturb(static_cast<uint32_t>(what), alternatives);
}

// From the end of the last fault on, or from now if that is later, the execution must be through
// within so much virtual time; else the verdict is `no_progress`. For scenarios in which timers
// (heartbeats, say) keep a hang from being a deadlock.
inline void MustEndWithin(std::chrono::nanoseconds bound) {
  weir_must_end_within(static_cast<uint64_t>(bound.count()));
}

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

// Puts a fact into the trace of an execution that is watched (replayed, recorded for a report):
// `weir replay --trace` and `weir show` tell it where it was observed. Else it costs a call. No
// scheduling point, and no part of the fingerprint.
inline void Observe(std::string_view key, int64_t value) {
  weir_observe(key.data(), key.size(), value);
}

// Runs `look` if the execution is watched, to find out what to Observe(). It makes no scheduling
// point and must change nothing: it may read what the target has, and allocate, but nothing that it
// allocated may outlive it; no exception may leave it.
template <typename Look>
void IfWatched(Look&& look) {
  if (weir_watch_begin() == 0) return;
  look();
  weir_watch_end();
}

// A string as a template argument: Sometimes<"counter_wraps">.
template <size_t N>
struct Id {
  consteval Id(const char (&string)[N]) {  // NOLINT(google-explicit-constructor)
    for (size_t i = 0; i < N; ++i) text[i] = string[i];
  }
  char text[N] = {};
};
template <Id id>
struct SometimesId {
  static inline const uint32_t index = weir_register_sometimes(id.text);
};

// What must be so in *some* execution of a campaign, or its scenarios do not get where they are
// meant to: a counter that wraps, a ring that is full. A campaign counts in how many executions it
// was asked and held, and says which one never did. At most 64 different ones in a target.
template <Id id>
void Sometimes(bool holds) {
  weir_sometimes(SometimesId<id>::index, holds ? 1 : 0);
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
#define WEIR_SCENARIO(id, ...) WEIR_SCENARIO_THAT_FAILS(id, nullptr, __VA_ARGS__)

// The same for one that is expected to come to another verdict than `pass`, such as "assertion".
// It is left out of `weir fuzz --all`.
#define WEIR_SCENARIO_THAT_FAILS(id, verdict, ...)                       \
  static void WeirBody_##id(const weir::Parameters& parameters);         \
  static constexpr WeirParameter kWeirParameters_##id[] = {__VA_ARGS__}; \
  static void WeirEntry_##id(const int64_t* values);                     \
  static constexpr WeirScenario kWeirScenario_##id = {                   \
      #id,                                                               \
      "",                                                                \
      kWeirParameters_##id,                                              \
      sizeof(kWeirParameters_##id) / sizeof(WeirParameter),              \
      WeirEntry_##id,                                                    \
      verdict};                                                          \
  static void WeirEntry_##id(const int64_t* values) {                    \
    WeirBody_##id(weir::Parameters(kWeirScenario_##id, values));         \
  }                                                                      \
  [[gnu::constructor]] static void WeirRegister_##id() {                 \
    weir_register_scenario(&kWeirScenario_##id);                         \
  }                                                                      \
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

namespace weir {

// What a function orders, for WEIR_ORDERS.
enum Order : uint32_t {
  kReleases = 1,         // what was done before the call, to whoever acquires the same object
  kAcquires = 2,         // when the call returns, what has been released at the object
  kShared = 4,           // as a reader: what readers release only others acquire
  kIfTrue = 8,           // acquires only if it returns true
  kSecondArgument = 16,  // at its second argument; else at its first, which is `this` of a method
  kOneForAll = 32,       // at one object that all such functions have in common
  kIfUsed = 64,          // that nobody imports the function is no error
  kThirdArgument = 128,  // at its third argument
  kAtResult = 256,       // acquires at what the returned pointer points to
};

}  // namespace weir

// Order that a library makes by atomics of its own. A library that is linked as it is, not compiled
// for weir, is not seen to order anything but by the pthread calls that it makes, so that accesses
// which it orders would be data races. This declares of one of its functions that calls of it
// order, at the object that an argument points to. At namespace scope, in any source of the target;
// without effect where races are not looked for. The function's name stands without parameters;
// namespaces after the first may be left out. It must be imported from a shared library, and take
// its arguments in registers (six integers and pointers, eight floating-point numbers); that nobody
// imports it is an error when the target is loaded.
//
//   WEIR_ORDERS("absl::Mutex::Lock", weir::kAcquires);
//   WEIR_ORDERS("absl::Mutex::TryLock", weir::kAcquires | weir::kIfTrue);
//   WEIR_ORDERS("absl::Mutex::Unlock", weir::kReleases);
//
// sim/abseil_orders.h declares Abseil's, sim/boost_fiber_orders.h and sim/urcu_orders.h those of
// Boost.Fiber and of liburcu.
#define WEIR_ORDERS(function, how) WEIR_ORDERS_AT(function, how, __COUNTER__)
#define WEIR_ORDERS_AT(function, how, id) WEIR_ORDERS_AS(function, how, id)
#define WEIR_ORDERS_AS(function, how, id)                     \
  [[gnu::constructor]] static void WeirDeclareOrder_##id() {  \
    weir_declare_order(function, static_cast<uint32_t>(how)); \
  }                                                           \
  static_assert(true, "")

#endif  // WEIR_SIM_WEIR_H_
