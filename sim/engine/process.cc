// Threads and virtual processes: how they begin and end.
#include <boost/context/detail/fcontext.hpp>
#include <cstdio>
#include <cstring>

#include "sim/engine/fault_choice.h"
#include "sim/engine/fiber.h"
#include "sim/engine/point.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/weir.h"

namespace weir::sim {

void (*g_thread_exit_hook)() = nullptr;
void (*g_death_hook)() = nullptr;
void (*g_exit_hook)(int) = nullptr;
void (*g_store_hook)(Op) = nullptr;

namespace {

using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

constexpr uint32_t kFirstPid = 1000;

// The first code of every thread. `from` is the slot that jumped here, or the host.
void Enter(transfer_t from) {
  World& w = world();
  const auto slot = reinterpret_cast<uintptr_t>(from.data);
  if (slot < kMaxThreads) {
    w.threads[slot].context = from.fctx;
  } else {
    g_run.host_context = from.fctx;
  }
  SchedulePoint(Op::kThreadStart, nullptr);
  Thread& me = CurrentThread();
  void* const result = me.start(me.argument);
  if (g_thread_exit_hook != nullptr) g_thread_exit_hook();
  FinishThread(result);
}

// Appends to a path, as much as fits. (snprintf() was a tenth of what an execution costs at least.)
class PathWriter {
 public:
  explicit PathWriter(char* path) : path_(path) {}
  void Text(const char* text) {
    while (*text != '\0') Put(*text++);
  }
  void Number(uint32_t number) {
    if (number >= 10) Number(number / 10);
    Put(static_cast<char>('0' + number % 10));
  }
  // Terminates it. False if it did not fit.
  bool End() {
    path_[length_ < kPathBytes ? length_ : kPathBytes - 1] = '\0';
    return length_ < kPathBytes;
  }

 private:
  void Put(char c) {
    if (length_ < kPathBytes) path_[length_] = c;
    ++length_;
  }

  char* path_;
  size_t length_ = 0;
};

void WritePath(Thread& thread, const Process& process, const Thread* parent) {
  PathWriter path(thread.path);
  if (parent == nullptr) {
    path.Text(process.name);
    if (process.incarnation != 0) {
      path.Text("#");
      path.Number(process.incarnation);
    }
    path.Text("/main");
    path.End();
  } else {
    path.Text(parent->path);
    path.Text(".");
    path.Number(parent->children);
    if (!path.End()) {  // a deep chain: a name that is still unique
      PathWriter deep(thread.path);
      deep.Text(process.name);
      deep.Text("/deep-");
      deep.Number(thread.uid);
      deep.End();
    }
  }
  thread.path_hash = PathHash(thread.path);
}

void* RunProcess(void*);

// Everything of a process ends; the slot of the current thread is kept for the caller.
void DropThreads(uint16_t id, ThreadSlot keep) {
  World& w = world();
  ShowStores();  // a store is done, though its thread is killed
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    Thread& thread = w.threads[slot];
    if (thread.state == ThreadState::kFree || thread.process != id) continue;
    if (thread.state == ThreadState::kRunnable) w.runnable.Erase(static_cast<int>(slot));
    if (thread.state == ThreadState::kBlocked) Unwait(thread);
    thread.state = ThreadState::kFree;
    if (slot != keep) w.free_slots.Insert(static_cast<int>(slot));
  }
  ++w.progress;
  StopQuiet();
  w.processes[id].threads = 0;
  if (g_death_hook != nullptr) g_death_hook();
}

// Precondition: no thread of it is left.
void StartLife(uint16_t id) {
  Process& process = world().processes[id];
  process.alive = true;
  process.pid = kFirstPid + id * 100u + process.incarnation;
  process.ops = 0;
  process.crash_op = 0;
  process.restarts = false;
  process.resumes_ns = 0;
  if ((process.flags & weir::kMayCrash) != 0) {
    const Choice fault = DrawFault(id);
    if (fault != kNoFault) {
      process.crash_op = FaultOp(fault);
      world().crash_drawn = true;
      process.restarts =
          FaultRestarts(fault) && (process.flags & weir::kMayRestart) == weir::kMayRestart;
    }
  }
  // The first one is the scenario's own, which compares others' times.
  process.clock =
      id == 0 ? 0 : Inject(FaultKind::kClock, Op::kProcessSpawn, &process, kClockChoices);
  process.main = SpawnThread(id, RunProcess, nullptr);
  if (process.main == kNoThread) {
    FailAtThreadLimit();
  }
  world().threads[process.main].detached = true;
}

void EndLife(uint16_t id) {
  World& w = world();
  Process& process = w.processes[id];
  process.alive = false;
  WakeAll(process.joiners);
  if (id != 0 && --w.live_processes == 0) WakeAll(w.drained);
}

// The main thread of a process: its body's end is the end of the process.
void* RunProcess(void*) {
  const uint16_t id = CurrentThread().process;
  Process& process = world().processes[id];
  process.body(process.context);
  if (g_thread_exit_hook != nullptr) g_thread_exit_hook();
  SchedulePoint(Op::kProcessExit, &process);
  const ThreadSlot me = world().current;
  DropThreads(id, me);
  EndLife(id);
  world().free_slots.Insert(me);
  SwitchAway(Op::kProcessExit, &process);
  __builtin_unreachable();
}

uint16_t AddProcess(const char* name, void (*body)(void*), void* context, uint32_t flags) {
  World& w = world();
  if (w.process_count == kMaxProcesses) {
    FailAtLimit("processes",
                "the scenario starts more than %d virtual processes; kMaxProcesses in "
                "sim/engine/limits.h says how many there may be",
                kMaxProcesses);
  }
  const auto id = static_cast<uint16_t>(w.process_count++);
  Process& process = w.processes[id];
  std::memset(static_cast<void*>(&process), 0, sizeof process);
  std::snprintf(process.name, sizeof process.name, "%s", name);
  process.name_hash = PathHash(process.name);
  if (g_run.watched) RememberName(process.name_hash, process.name);
  process.flags = flags;
  process.body = body;
  process.context = context;
  return id;
}

}  // namespace

void FailAtThreadLimit() {
  FailAtLimit("threads",
              "more than %d threads are alive at once; kMaxThreads in sim/engine/limits.h says how "
              "many there may be",
              g_slot_count);
}

// The main thread left by pthread_exit() and the others have ended: so does the process.
[[noreturn]] static void LastThread() {
  const uint16_t id = CurrentThread().process;
  if (id == 0) g_exit_hook(0);
  KillProcess(id);
  __builtin_unreachable();
}

ThreadSlot SpawnThread(uint16_t process_id, void* (*start)(void*), void* argument) {
  World& w = world();
  const ThreadSlot slot = w.free_slots.Lowest();
  if (slot == kNoThread) return kNoThread;
  w.free_slots.Erase(slot);
  if (slot >= w.slots_used) w.slots_used = slot + 1u;
  Process& process = w.processes[process_id];
  Thread& thread = w.threads[slot];
  std::memset(static_cast<void*>(&thread), 0, sizeof thread);
  thread.fs_base = g_slots[slot].fs_base;
  thread.process = process_id;
  thread.uid = w.threads_created++;
  thread.start = start;
  thread.argument = argument;
  thread.version = 1;
  const bool first = process.threads++ == 0;
  Thread* const parent = first ? nullptr : w.running;
  if (parent != nullptr) ++parent->children;
  WritePath(thread, process, parent);
  w.uid_paths[thread.uid < kMaxUids - 2 ? thread.uid : kMaxUids - 2] = thread.path_hash;
  if (g_run.watched) RememberName(thread.path_hash, thread.path);
  FreshTls(slot);
  const Slot& s = g_slots[slot];
  thread.context =
      make_fcontext(reinterpret_cast<void*>(s.stack_top), s.stack_top - s.stack_low, Enter);
  MakeRunnable(slot);
  return slot;
}

void FinishThread(void* result) {
  SchedulePoint(Op::kThreadExit, nullptr);
  World& w = world();
  const ThreadSlot me = w.current;
  if (w.processes[w.threads[me].process].threads == 1) LastThread();
  Thread& thread = w.threads[me];
  thread.result = result;
  thread.state = ThreadState::kFinished;
  w.runnable.Erase(me);
  --w.processes[thread.process].threads;
  WakeAll(thread.joiners);
  if (thread.detached) ReleaseSlot(me);
  if (g_death_hook != nullptr) g_death_hook();
  SwitchAway(Op::kThreadExit, nullptr);
  __builtin_unreachable();
}

void ReleaseSlot(ThreadSlot slot) {
  world().threads[slot].state = ThreadState::kFree;
  world().free_slots.Insert(slot);
}

uint16_t SpawnProcess(const char* name, void (*body)(void*), void* context, uint32_t flags) {
  World& w = world();
  const uint16_t id = AddProcess(name, body, context, flags);
  if (id != 0) {
    SchedulePoint(Op::kProcessSpawn, &w.processes[id]);
    ++w.live_processes;
  }
  StartLife(id);
  return id;
}

void SpawnFirst(const char* name, void (*body)(void*)) {
  SpawnProcess(name, body, nullptr, 0);
  World& w = world();
  w.current = w.processes[0].main;
  w.running = &w.threads[w.current];
}

void KillProcess(uint16_t id) {
  World& w = world();
  Process& process = w.processes[id];
  if (!process.alive) return;
  const ThreadSlot me = w.current;
  const bool suicide = w.threads[me].process == id;
  DropThreads(id, me);
  EndLife(id);
  if (!suicide) return;
  w.free_slots.Insert(me);
  SwitchAway(Op::kProcessKill, &process);
  __builtin_unreachable();
}

void RestartProcess(uint16_t id) {
  World& w = world();
  Process& process = w.processes[id];
  if (process.alive) return;
  ++process.incarnation;
  ++w.live_processes;
  StartLife(id);
}

static void NotifyCrash(bool restarts) {
  if (g_run.observer == nullptr) return;
  HostScope host;
  g_run.observer->OnCrash(world().current, restarts);
}

void CrashProcess(uint16_t id) {
  World& w = world();
  Process& process = w.processes[id];
  const bool restarts = process.restarts;
  const ThreadSlot me = w.current;
  NotifyCrash(restarts);
  NoteFault(w.now_ns);
  DropThreads(id, me);
  if (restarts) {
    ++process.incarnation;
    StartLife(id);  // before the current slot is free: we still stand on its stack
  } else {
    EndLife(id);
  }
  w.free_slots.Insert(me);
  SwitchAway(Op::kProcessKill, &process);
  __builtin_unreachable();
}

}  // namespace weir::sim
