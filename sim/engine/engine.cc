#include "sim/engine/engine.h"

#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/context/detail/fcontext.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

#include "absl/strings/str_cat.h"
#include "sim/engine/fiber.h"
#include "sim/engine/pages.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/stack_use.h"
#include "sim/engine/system_calls.h"
#include "sim/engine/world.h"
#include "sim/weir.h"

namespace weir::sim {

void (*g_reset_hook)() = nullptr;

namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::transfer_t;

constexpr size_t kLeastStackBytes = 64 << 10;
constexpr size_t kMostStackBytes = 8 << 20;

EngineOptions g_options;

absl::Status MapAt(uintptr_t address, size_t bytes, int protection, const char* what) {
  void* const at = mmap(reinterpret_cast<void*>(address), bytes, protection,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (at == reinterpret_cast<void*>(address)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("cannot map the World's ", what, " at 0x",
                                                    absl::Hex(address), ": ", strerror(errno)));
}

// The state of the World before any execution; part of the base image.
void PrepareWorld() {
  World& w = world();
  w.current = kNoThread;
  w.progress = 1;
  w.now_ns = kStartOfTimeNs;
  w.slice_points = kSlicePoints;
  w.verdict = Verdict();
  for (int slot = 0; slot < g_slot_count; ++slot) w.free_slots.Insert(slot);
}

void ResetWorld() {
  World& w = world();
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) ZeroStack(static_cast<ThreadSlot>(slot));
  if (g_reset_hook != nullptr) g_reset_hook();
  if (w.heap.used_pages > g_run.base_heap_pages)
    HeapForget(g_run.base_heap_pages, w.heap.used_pages);
  RestorePages();
}

// The main thread of the first process. PassExecution when every process that it spawned has ended
// too.
void RunScenario(void*) {
  g_run.scenario->body(g_run.values);
  World& w = world();
  if (w.live_processes > 0) {
    SchedulePoint(Op::kProcessJoin, nullptr);
    if (w.live_processes > 0) Block(Op::kProcessJoin, nullptr, &w.drained, kNever);
  }
  PassExecution();
}

void SaveRegisters(const Thread& thread, ThreadReport& report) {
  if (thread.has_registers) {
    report.interrupted = true;
    std::memcpy(report.registers, thread.registers, sizeof report.registers);
    return;
  }
  const auto* const frame = static_cast<const SavedFrame*>(thread.context);
  report.registers[3] = frame->rbx;
  report.registers[6] = frame->rbp;
  report.registers[7] = reinterpret_cast<uint64_t>(frame + 1);
  report.registers[12] = frame->r12;
  report.registers[13] = frame->r13;
  report.registers[14] = frame->r14;
  report.registers[15] = frame->r15;
  report.registers[16] = frame->rip;
}

// The word may be unmapped by now, so it is read as a stranger's memory is.
bool HasChanged(const Thread& thread) {
  if (thread.state != ThreadState::kBlocked || thread.op != Op::kFutexWait) return false;
  uint32_t word = 0;
  iovec local = {&word, sizeof word};
  iovec remote = {const_cast<void*>(thread.object), sizeof word};
  const ssize_t read = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  return read == sizeof word && word != thread.wait_value;
}

std::vector<ThreadReport> ReportThreads() {
  std::vector<ThreadReport> reports;
  World& w = world();
  for (uint32_t i = 0; i < w.slots_used; ++i) {
    const auto slot = static_cast<ThreadSlot>(i);
    const Thread& thread = w.threads[slot];
    if (thread.state != ThreadState::kRunnable && thread.state != ThreadState::kBlocked) continue;
    ThreadReport report;
    report.slot = slot;
    report.path_hash = thread.path_hash;
    report.path = ThreadPath(slot);
    report.name = ThreadName(slot);
    report.runnable = thread.state == ThreadState::kRunnable;
    report.failed = slot == w.verdict.thread;
    report.op = thread.op;
    report.address = thread.object;
    report.object = KeyOf(thread.object);
    if (thread.timer != 0) report.deadline_ns = w.timers.at(thread.timer).deadline_ns;
    if (thread.state == ThreadState::kBlocked && thread.holder != nullptr) {
      const ThreadSlot holder = thread.holder(thread.object);
      if (holder != kNoThread) report.waits_for.push_back(holder);
    }
    report.happened = HasChanged(thread);
    SaveRegisters(thread, report);
    reports.push_back(std::move(report));
  }
  return reports;
}

// Whose the earlier access was, by the name that it has now, or had when it was there.
void ReportRace(RunResult& result) {
  const World& w = world();
  if (w.verdict.kind != VerdictKind::kDataRace) return;
  result.race = w.race;
  result.race_object = KeyOf(reinterpret_cast<const void*>(w.race.address));
  const RacingAccess& earlier = w.race.earlier;
  const Thread& thread = w.threads[earlier.slot];
  const bool there = thread.uid == earlier.uid && thread.state != ThreadState::kFree;
  result.earlier_thread = there ? ThreadName(earlier.slot) : earlier.path;
}

// --- names
// --------------------------------------------------------------------------------------------------

struct LoadedImage {
  std::string name;
  uint64_t name_hash;
  uintptr_t base, begin, end;
};
std::vector<LoadedImage>& Images() {
  static std::vector<LoadedImage> images;
  return images;
}
std::map<uint64_t, std::string>& Names() {
  static std::map<uint64_t, std::string> names;
  return names;
}
SharedKeyOf g_shared_key_of = nullptr;

ObjectKey ProcessKey(uintptr_t address) {
  const World& w = world();
  const auto begin = reinterpret_cast<uintptr_t>(w.processes);
  const size_t index = (address - begin) / sizeof(Process);
  return {ObjectKey::Space::kProcess, w.processes[index].name_hash, 0, 0};
}

ObjectKey ThreadKey(uintptr_t address) {
  const World& w = world();
  const size_t index = (address - reinterpret_cast<uintptr_t>(w.threads)) / sizeof(Thread);
  return {ObjectKey::Space::kThread, w.threads[index].path_hash, 0, 0};
}

ObjectKey WorldKey(uintptr_t address) {
  const World& w = world();
  const auto* const at = reinterpret_cast<const char*>(address);
  if (at >= reinterpret_cast<const char*>(w.processes) &&
      at < reinterpret_cast<const char*>(w.processes + kMaxProcesses)) {
    return ProcessKey(address);
  }
  if (at >= reinterpret_cast<const char*>(w.threads) &&
      at < reinterpret_cast<const char*>(w.threads + kMaxThreads)) {
    return ThreadKey(address);
  }
  const char* begin = nullptr;
  if (const HeapBlock* const block = HeapBlockOf(at, &begin)) {
    const uint64_t owner = block->uid == kMaxUids - 1
                               ? PathHash("load")
                               : w.uid_paths[block->uid < kMaxUids ? block->uid : kMaxUids - 2];
    return {ObjectKey::Space::kHeap, owner, block->number, static_cast<uint64_t>(at - begin)};
  }
  if (const ThreadSlot slot = SlotAt(address); slot != kNoThread) {
    return {ObjectKey::Space::kStack, w.threads[slot].path_hash, 0, g_slots[slot].end - address};
  }
  if (g_shared_key_of != nullptr && address >= kWorldAddress + kSharedOffset) {
    return g_shared_key_of(address);
  }
  return {ObjectKey::Space::kUnknown, 0, address, 0};
}

std::string NameOf(uint64_t hash) {
  const auto found = Names().find(hash);
  return found != Names().end() ? found->second : absl::StrCat("?", absl::Hex(hash));
}

}  // namespace

absl::Status StartEngine(const EngineOptions& options) {
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("threads: expected 1 to ", kMaxThreads, ", got ", options.threads));
  }
  if (options.stack_bytes < kLeastStackBytes || options.stack_bytes > kMostStackBytes ||
      options.stack_bytes % kPage != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("stack size: expected a multiple of ", kPage, " from ", kLeastStackBytes,
                     " to ", kMostStackBytes, " bytes, got ", options.stack_bytes));
  }
  g_options = options;
  if (auto status =
          MapAt(kWorldAddress + kStateOffset, kStateBytes, PROT_READ | PROT_WRITE, "state");
      !status.ok()) {
    return status;
  }
  if (auto status = MapAt(kWorldAddress + kTlsOffset, kTlsBytes, PROT_READ | PROT_WRITE, "TLS");
      !status.ok()) {
    return status;
  }
  const size_t slots = static_cast<size_t>(options.threads) * (options.stack_bytes + kPage);
  if (auto status = MapAt(kWorldAddress + kSlotsOffset, slots, PROT_NONE, "stacks"); !status.ok()) {
    return status;
  }
  RememberName(PathHash("load"), "load");
  return MapAt(kWorldAddress + kHeapOffset, kHeapBytes, PROT_READ | PROT_WRITE, "heap");
}

absl::Status SealWorld(void (*before_parking)(ThreadSlot slot)) {
  if (auto status = CreateSlots(g_options.threads, g_options.stack_bytes, g_options.use_arch_prctl,
                                before_parking);
      !status.ok()) {
    return status;
  }
  PrepareWorld();
  g_run.base_heap_pages = world().heap.used_pages;
  const uintptr_t state = kWorldAddress + kStateOffset;
  TrackPages(state, state + sizeof(World));
  const uintptr_t heap = kWorldAddress + kHeapOffset;
  TrackPages(heap, heap + g_run.base_heap_pages * kPage);
  if (auto status = InstallFaultHandlers(); !status.ok()) return status;
  FreezePages();
  return absl::OkStatus();
}

// Copies that executions of one strategy have left, of one scenario with one set of values.
struct Snapshots {
  // A few hundred kilobytes each.
  static constexpr size_t kMost = 128;

  const Strategy* owner = nullptr;
  const WeirScenario* scenario = nullptr;
  std::vector<int64_t> values;
  uint64_t step_cap = 0;
  bool logged = false;  // what came before was written down, so that it can be put back
  std::vector<std::unique_ptr<Snapshot>> all;

  bool AreOf(const RunOptions& options) const {
    return g_run.strategy == owner && options.scenario == scenario &&
           options.step_cap == step_cap && (options.log != nullptr) == logged &&
           std::ranges::equal(options.values, values);
  }
  void Keep(std::unique_ptr<Snapshot> snapshot) {
    if (all.empty()) {
      owner = g_run.strategy;
      scenario = g_run.scenario;
      step_cap = world().step_cap;
      logged = g_run.log != nullptr;
      values.assign(g_run.values, g_run.values + scenario->parameter_count);
    }
    all.push_back(std::move(snapshot));
  }
};
static Snapshots& KeptSnapshots() {
  static Snapshots snapshots;
  return snapshots;
}

// Goes on with the current thread until the execution ends.
static void Continue(void* said) {
  World& w = world();
  for (;;) {
    GuardSystemCalls();
    g_mode = Mode::kTarget;
    WriteFsBase(g_slots[w.current].fs_base);
    const transfer_t back = jump_fcontext(w.threads[w.current].context, said);
    const auto from = reinterpret_cast<uintptr_t>(back.data);
    w.threads[from & ~kSnapshotTag].context = back.fctx;
    if ((from & kSnapshotTag) == 0) return;
    Snapshots& kept = KeptSnapshots();
    std::unique_ptr<Snapshot> snapshot = Snapshot::Take();
    g_run.may_snapshot = snapshot != nullptr && kept.all.size() + 1 < Snapshots::kMost;
    if (snapshot != nullptr) kept.Keep(std::move(snapshot));
    g_run.snapshots = static_cast<uint32_t>(kept.all.size());
  }
}

// World::fault_in when an execution began: how many chances of each kind were to pass unused.
using ChancesLeft = std::array<uint64_t, kFaultKinds>;

// A kind that was asked for has been given a new count; then it had chances, but nobody knows how
// many. Without `before`, of an execution that went on from a copy, nothing is known.
static Chances ChancesOf(const std::optional<ChancesLeft>& before) {
  const World& w = world();
  if (!before) return {};
  Chances chances = {FaultSet::None(), w.decisions, w.threads_created == 1};
  for (size_t kind = 0; kind < kFaultKinds; ++kind) {
    const bool asked = (*before)[kind] == 0 || w.fault_in[kind] > (*before)[kind];
    const uint64_t passed = asked ? 0 : (*before)[kind] - w.fault_in[kind];
    if (asked || passed > 0) chances.faults.Insert(static_cast<FaultKind>(kind));
    chances.others -= std::min(passed, chances.others);
  }
  return chances;
}

bool NothingToChoose(const Chances& chances, FaultSet allowed) {
  FaultSet faults = FaultSet::FromBits(chances.faults.bits() & allowed.bits());
  if (chances.alone) faults.Erase(FaultKind::kDelayedStore);
  return chances.others == 0 && faults.empty();
}

RunResult Run(const RunOptions& options, Strategy& strategy) {
  World& w = world();
  g_run.strategy = &strategy;
  g_run.observer = options.observer;
  g_run.watched = options.observer != nullptr || options.capture_threads;
  g_run.log = options.log;
  g_run.progress = options.progress;
  g_run.scenario = options.scenario;
  g_run.values = options.values.data();
  if (options.log != nullptr) options.log->size = 0, options.log->overflowed = false;
  if (options.progress != nullptr) {
    options.progress->last_step = 0;
    options.progress->last_fingerprint = 0;
  }
  Snapshots& snapshots = KeptSnapshots();
  // Who watches wants to see all of it.
  if (g_run.watched) ForgetStackUses();
  const bool whole = g_run.watched || options.whole;
  if (!whole && !snapshots.all.empty() && !snapshots.AreOf(options)) snapshots.all.clear();
  Execution execution = options.execution;
  execution.snapshots = whole ? 0 : static_cast<uint32_t>(snapshots.all.size());
  strategy.Begin(execution,
                 Random(ExecutionSeed(options.execution.campaign_seed, options.execution.index)));
  g_run.sees_all = strategy.sees_all();
  g_run.quiet_mask = strategy.minds_newcomers() ? 0 : ~uint64_t{0};
  g_run.host_fs = ReadFsBase();
  const uint32_t from = execution.snapshots == 0 ? 0 : strategy.resumes_from();
  if (!whole) snapshots.all.resize(from);
  g_run.may_snapshot = !whole && from < Snapshots::kMost;
  g_run.snapshots = from;
  std::optional<ChancesLeft> chances_left;
  if (from != 0) {
    snapshots.all.back()->Restore();
    Continue(nullptr);
  } else {
    ResetWorld();
    w.step_cap = options.step_cap;
    w.attention = 0;
    for (size_t kind = 0; kind < kFaultKinds; ++kind)
      w.fault_in[kind] = strategy.FaultAfter(static_cast<FaultKind>(kind), 0);
    const bool is_main = std::string_view(options.scenario->name) == "main";
    SpawnFirst(is_main ? "main" : "scenario", RunScenario);
    chances_left.emplace();
    std::ranges::copy(w.fault_in, chances_left->begin());
    Continue(reinterpret_cast<void*>(uintptr_t{kNoThread}));
  }

  RunResult result;
  result.verdict = w.verdict;
  result.points = w.points;
  result.decisions = w.decisions;
  result.chances = ChancesOf(chances_left);
  result.fingerprint = Fold(w.fingerprint ^ static_cast<uint64_t>(w.verdict.kind), w.points | 1);
  result.time_ns = w.now_ns - kStartOfTimeNs;
  result.thread_count = w.threads_created;
  result.sometimes_asked = w.sometimes_asked;
  result.sometimes_held = w.sometimes_held;
  if (options.progress != nullptr) options.progress->points = options.progress->points + 1;
  if (options.capture_threads) {
    result.threads = ReportThreads();
    ReportRace(result);
  }
  strategy.End(w.verdict);
  return result;
}

static std::vector<std::string>& Sometimes() {
  static std::vector<std::string> ids;
  return ids;
}

const std::vector<std::string>& SometimesIds() { return Sometimes(); }

uint32_t AddSometimes(const char* id) {
  HostScope host;
  std::vector<std::string>& ids = Sometimes();
  const auto found = std::find(ids.begin(), ids.end(), id);
  if (found != ids.end()) return static_cast<uint32_t>(found - ids.begin());
  if (ids.size() == kMostSometimes) return kMostSometimes - 1;
  ids.emplace_back(id);
  return static_cast<uint32_t>(ids.size() - 1);
}

ObjectKey KeyOf(const void* object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  if (address == 0) return {};
  if (address >= kWorldAddress && address < kTargetAddress) return WorldKey(address);
  for (const LoadedImage& image : Images()) {
    if (address >= image.begin && address < image.end) {
      return {ObjectKey::Space::kGlobal, image.name_hash, 0, address - image.base};
    }
  }
  return {ObjectKey::Space::kUnknown, 0, address, 0};
}

void RegisterImage(const char* name, uintptr_t base, uintptr_t begin, uintptr_t end) {
  const uint64_t hash = PathHash(name);
  Images().push_back({name, hash, base, begin, end});
  RememberName(hash, name);
}

void RegisterSharedMemory(SharedKeyOf key_of) { g_shared_key_of = key_of; }

void RememberName(uint64_t hash, const char* name) {
  HostScope host;
  Names().emplace(hash, name);
}

std::string ThreadPath(ThreadSlot slot) { return world().threads[slot].path; }

uint64_t ThreadPathHash(ThreadSlot slot) { return world().threads[slot].path_hash; }

ObjectKey ObjectAt(const void* address) { return KeyOf(address); }

std::string ThreadName(ThreadSlot slot) {
  const World& w = world();
  const Thread& thread = w.threads[slot];
  if (thread.name[0] == '\0') return thread.path;
  for (uint32_t other = 0; other < w.slots_used; ++other) {
    const Thread& o = w.threads[other];
    if (other != slot && o.state != ThreadState::kFree && o.process == thread.process &&
        std::strncmp(o.name, thread.name, sizeof o.name) == 0) {
      return thread.path;  // two of that name: the path is unique
    }
  }
  const Process& process = w.processes[thread.process];
  if (process.incarnation == 0) return absl::StrCat(process.name, "/", thread.name);
  return absl::StrCat(process.name, "#", process.incarnation, "/", thread.name);
}

uintptr_t AddressOfGlobal(const ObjectKey& key) {
  if (key.space != ObjectKey::Space::kGlobal) return 0;
  for (const LoadedImage& image : Images()) {
    if (image.name_hash == key.owner) return image.base + key.offset;
  }
  return 0;
}

std::string ObjectName(const ObjectKey& key) {
  using Space = ObjectKey::Space;
  const auto offset = [&] { return absl::StrCat("0x", absl::Hex(key.offset)); };
  switch (key.space) {
    case Space::kNone:
      return "-";
    case Space::kGlobal:
      return absl::StrCat(NameOf(key.owner), "+", offset());
    case Space::kHeap:
      return absl::StrCat(NameOf(key.owner), ":", key.number, "+", offset());
    case Space::kStack:
      return absl::StrCat(NameOf(key.owner), "@", offset());
    case Space::kShared:
      return absl::StrCat("shm:", NameOf(key.owner), "+", offset());
    case Space::kThread:
      return absl::StrCat("thread:", NameOf(key.owner));
    case Space::kProcess:
      return absl::StrCat("process:", NameOf(key.owner));
    case Space::kUnknown:
      return absl::StrCat("0x", absl::Hex(key.number));
  }
  return "-";
}

}  // namespace weir::sim
