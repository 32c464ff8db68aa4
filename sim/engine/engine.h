// The host's side of the engine: run a scenario of the loaded target, once, under a strategy.
//
// One engine per process, on one OS thread, in the World at a fixed address. Order of use: Start,
// load a target (sim/posix/loader.h), then Run as often as wanted. Not for use from virtual
// threads.
#ifndef WEIR_SIM_ENGINE_ENGINE_H_
#define WEIR_SIM_ENGINE_ENGINE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "sim/engine/decision.h"
#include "sim/engine/limits.h"
#include "sim/engine/object.h"
#include "sim/engine/observer.h"
#include "sim/engine/race_info.h"
#include "sim/engine/verdict.h"

struct WeirScenario;

namespace weir::sim {

struct EngineOptions {
  int threads = kMaxThreads;                // live at once; each costs a parked OS thread
  size_t stack_bytes = kDefaultStackBytes;  // of each, a multiple of the page size, ≥ 64 KiB
  bool use_arch_prctl = false;              // write the FS base by system call (valgrind)
};

// A deviation from the default: the `decision`-th decision of the execution was `choice`. The cheap
// form of a schedule, valid for the very same build and scenario only; see schedule.h for the
// durable one.
struct Deviation {
  uint64_t decision;
  Choice choice;
};

// Where a run leaves its deviations, from the execution's begin on also when it went on from a
// copy; may lie in memory shared with the parent, so that they survive the death of the process.
struct DecisionLog {
  uint64_t capacity = 0;  // entries that fit; beyond it `overflowed` is set
  uint64_t size = 0;
  bool overflowed = false;
  Deviation entries[];
};

// What a parent may watch while a run goes on (in shared memory, or null).
struct Progress {
  volatile uint64_t points =
      0;  // grows at least every 1,024 points and at every end of an execution

  // The last point of an execution that is watched point by point, and its fingerprint there; 0
  // before the first. Where such an execution was when its process died.
  volatile uint64_t last_step = 0;
  volatile uint64_t last_fingerprint = 0;
};

struct RunOptions {
  const WeirScenario* scenario = nullptr;
  std::span<const int64_t> values;  // one per parameter
  Execution execution;  // seeds the strategy, with `execution`'s campaign seed and index
  uint64_t step_cap = kDefaultStepCap;
  DecisionLog* log = nullptr;
  Observer* observer = nullptr;
  Progress* progress = nullptr;
  bool capture_threads = false;  // fill RunResult::threads (the report run)
  bool whole = false;  // from its begin, and leave no copies (kTakeSnapshot); so is a watched one
};

// A virtual thread as it stood at the end of an execution.
struct ThreadReport {
  ThreadSlot slot = kNoThread;
  uint64_t path_hash = 0;
  std::string path;  // "worker-0/main.2", unique
  std::string name;  // "worker-0/reader-1", as the target calls it; unique too
  bool runnable = false;
  bool failed = false;  // the thread of the verdict
  Op op = Op::kNone;    // what it is at, or waits in
  ObjectKey object;     // on what
  const void* address = nullptr;
  std::optional<uint64_t> deadline_ns;  // when the wait would end by itself
  std::vector<ThreadSlot> waits_for;    // who could end it, where that is known
  // It waits although what it waits for has happened: its futex word has changed since, and nobody
  // has woken it.
  bool happened = false;
  bool interrupted = false;     // a signal saved its registers: rip is no return address
  uint64_t registers[17] = {};  // DWARF numbering: rax rdx rcx rbx rsi rdi rbp rsp r8…r15 rip
};

// What could have come out otherwise in an execution, if somebody had decided so. Upper bounds:
// exact where no fault did happen.
struct Chances {
  FaultSet faults = FaultSet::All();  // that could have happened, allowed or not
  uint64_t others = ~uint64_t{0};     // decisions about something else
  bool alone = false;                 // there was but one thread
};

// True if any other execution of the same scenario and parameters is the same, whoever decides and
// whichever of `allowed` he draws: never could two threads run, and nothing else was to be drawn. A
// store is late only for another thread.
bool NothingToChoose(const Chances& chances, FaultSet allowed);

struct RunResult {
  Verdict verdict;
  uint64_t points = 0;
  uint64_t decisions = 0;
  Chances chances;
  uint64_t fingerprint = 0;
  uint64_t time_ns = 0;          // virtual, since the start of the execution
  uint32_t thread_count = 0;     // created in all
  uint64_t sometimes_asked = 0;  // bit i: SometimesIds()[i] was asked in this execution
  uint64_t sometimes_held = 0;   // and held
  std::vector<ThreadReport> threads;
  RaceInfo race = {};     // with `threads`, for the verdict data_race
  ObjectKey race_object;  // what both accesses touch
  std::string earlier_thread;
};

// Maps the World and creates the borrowed threads. InvalidArgument for options out of range;
// FailedPrecondition when the machine cannot (address taken, no memory), saying what and why.
absl::Status StartEngine(const EngineOptions& options);

// Runs the scenario once from the World's base image. Precondition: a target is loaded.
RunResult Run(const RunOptions& options, Strategy& strategy);

// Called from a signal handler of the parent's "you hang" signal: ends the execution with the
// verdict hang. No effect outside of one.
void InterruptExecution(void* ucontext);

// Names, valid during an execution and after it until the next one begins.
std::string ThreadPath(ThreadSlot slot);
// PathHash of ThreadPath(slot); allocates nothing, so that a strategy may ask.
uint64_t ThreadPathHash(ThreadSlot slot);
std::string ThreadName(ThreadSlot slot);
// What an address in the target means, now. Allocates nothing either.
ObjectKey ObjectAt(const void* address);
// "worker-0/main:2+0x40", "fence.so+0x4030 (symbol)", "/group+0x1240", … The inverse of ParseObject
// but for the symbol. Stable under rescheduling; see ObjectKey.
std::string ObjectName(const ObjectKey& key);

// Where a global lies in this process; 0 for any other object.
uintptr_t AddressOfGlobal(const ObjectKey& key);

// The ids of weir::Sometimes in the target, in the order in which they were added while it was
// loaded, each once. Not more than kMostSometimes: later ones share the last bit.
inline constexpr size_t kMostSometimes = 64;
const std::vector<std::string>& SometimesIds();
uint32_t AddSometimes(const char* id);

// Writes the FS base and jumps there and back, `rounds` times between two fibers: the bare cost
// that `weir bench` compares with. Returns nanoseconds per jump.
double MeasureBareJump(uint64_t rounds);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_ENGINE_H_
