// The functions of sim/weir.h and sim/weak_compare.h.
#include <cstring>
#include <iterator>
#include <string_view>

#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/loader.h"
#include "sim/posix/orders.h"
#include "sim/posix/race_suppressions.h"
#include "sim/weir.h"

using namespace weir::sim;  // NOLINT: the definitions below are C's

namespace {

Process& ProcessAt(uint32_t id) {
  if (id >= world().process_count) {
    FailExecution(VerdictKind::kAssertion, "bad_process", "there is no virtual process %u", id);
  }
  return world().processes[id];
}

ThreadSlot MainOf(const void* object) {
  const auto& process = *static_cast<const Process*>(object);
  return process.alive ? process.main : kNoThread;
}

}  // namespace

extern "C" {

uint32_t weir_weak_failure(const volatile void* object);  // of sim/weak_compare.h

void weir_register_scenario(const WeirScenario* scenario) { AddScenario(scenario); }

void weir_suppress_races(const char* function, const char* scenario) {
  SuppressRaces(function, scenario);
}

void weir_declare_order(const char* function, uint32_t how) { DeclareOrder(function, how); }

void weir_fail(const char* oracle, const char* message, size_t length) {
  FailExecution(VerdictKind::kAssertion, oracle, "%.*s", static_cast<int>(length), message);
}

uint32_t weir_spawn(const char* name, void (*body)(void*), void* context, uint32_t flags) {
  return SpawnProcess(name, body, context, flags);
}

void weir_join_process(uint32_t id) {
  Process& process = ProcessAt(id);
  SchedulePoint(Op::kProcessJoin, &process);
  while (process.alive) Block(Op::kProcessJoin, &process, &process.joiners, kNever, MainOf);
}

void weir_kill(uint32_t id) {
  Process& process = ProcessAt(id);
  SchedulePoint(Op::kProcessKill, &process);
  if (CurrentThread().process == id) {
    FailExecution(VerdictKind::kAssertion, "bad_process", "%s kills its own process",
                  CurrentThread().path);
  }
  KillProcess(static_cast<uint16_t>(id));
}

void weir_restart(uint32_t id) {
  Process& process = ProcessAt(id);
  SchedulePoint(Op::kProcessRestart, &process);
  RestartProcess(static_cast<uint16_t>(id));
}

int weir_process_alive(uint32_t id) {
  Process& process = ProcessAt(id);
  LookPoint(Op::kProcessJoin, &process);
  Looked(&process, process.alive);
  return process.alive;
}

uint32_t weir_incarnation() { return CurrentProcess().incarnation; }

void weir_spend(uint64_t nanoseconds) { SleepUntil(Op::kSpend, world().now_ns + nanoseconds); }

void weir_round(uint64_t number) {
  SchedulePoint(Op::kRound, nullptr);
  world().round = number;
}

uint64_t weir_choose(uint64_t alternatives) {
  SchedulePoint(Op::kChoose, nullptr);
  const uint32_t bound =
      alternatives > 0xFFFF'FFFF ? 0xFFFF'FFFF : static_cast<uint32_t>(alternatives);
  const uint32_t value = Draw(DecisionKind::kValue, Op::kChoose, nullptr, bound);
  Result(value);
  return value;
}

uint64_t weir_disturb(uint32_t what, uint64_t alternatives) {
  constexpr FaultKind kKinds[] = {FaultKind::kCounters, FaultKind::kServiceState,
                                  FaultKind::kFullRing};
  if (what >= std::size(kKinds) || alternatives < 2 || alternatives > kMostFaultNumbers) {
    FailExecution(VerdictKind::kAssertion, "bad_disturbance",
                  "weir::Disturb: no disturbance %u with %llu alternatives", what,
                  static_cast<unsigned long long>(alternatives));
  }
  SchedulePoint(Op::kChoose, nullptr);
  const Choice value =
      Inject(kKinds[what], Op::kChoose, nullptr, static_cast<uint32_t>(alternatives));
  Result(value);
  return value;
}

void weir_must_end_within(uint64_t nanoseconds) {
  World& w = world();
  w.bound_ns = nanoseconds;
  w.bound_from_ns = w.now_ns;
}

uint32_t weir_weak_failure(const volatile void* object) {
  if (g_mode != Mode::kTarget) return 0;
  return Inject(FaultKind::kWeakCompare, Op::kAtomicCompare, const_cast<const void*>(object), 2);
}

void weir_observe(const char* key, size_t length, int64_t value) {
  if (g_run.observer == nullptr) return;
  HostScope host;
  g_run.observer->OnFact(world().current, std::string_view(key, length), value);
}

int weir_watch_begin() {
  if (g_mode != Mode::kTarget || g_run.observer == nullptr) return 0;
  g_mode = Mode::kHost;
  return 1;
}

void weir_watch_end() { g_mode = Mode::kTarget; }

uint32_t weir_register_sometimes(const char* id) { return AddSometimes(id); }

void weir_sometimes(uint32_t index, int holds) {
  World& w = world();
  w.sometimes_asked |= uint64_t{1} << index;
  if (holds != 0) w.sometimes_held |= uint64_t{1} << index;
}

uint64_t weir_now() { return world().now_ns - kStartOfTimeNs; }

}  // extern "C"
