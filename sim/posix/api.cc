// The functions of sim/weir.h.
#include <cstring>

#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/loader.h"
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

void weir_register_scenario(const WeirScenario* scenario) { AddScenario(scenario); }

void weir_suppress_races(const char* function, const char* scenario) {
  SuppressRaces(function, scenario);
}

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

uint64_t weir_now() { return world().now_ns - kStartOfTimeNs; }

}  // extern "C"
