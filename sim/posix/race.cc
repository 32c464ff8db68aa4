#include "sim/posix/race.h"

#include <cstdio>
#include <cstring>

#include "sim/engine/fiber.h"
#include "sim/engine/heap.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/library_calls.h"
#include "sim/posix/race_suppressions.h"

namespace weir::sim {

RaceDetector* g_races = nullptr;

namespace {

// One per RaceThread. Of the execution: ResetRaces() clears what was used.
struct Identity {
  uint32_t uid;
  ThreadSlot slot;
  uint16_t process;
  uint32_t incarnation;  // of the process
  bool is_main;          // the life of the process ends with it
  bool ended;            // by itself: nobody knows of it by its end alone
  uint32_t ignores;      // RaceIgnoreBegin() without its end
  void* fiber;
  char path[kPathBytes];
};
struct SlotUse {
  uint32_t uid;  // + 1, of the last thread there; 0: none yet
  RaceThread thread;
};

Identity g_identities[kRaceThreads];
SlotUse g_slot_uses[kMaxThreads];
uint32_t g_identity_count = 0;
uint32_t g_next_identity = 0;  // where to look for one that is free, when all have been used
void (*g_thread_exit_before)() = nullptr;

struct BenignRange {
  uint64_t begin, end;  // places
};
BenignRange g_benign[kMostBenign];
size_t g_benign_count = 0;
size_t g_benign_loaded = 0;  // of these, what was said when the target was loaded

bool IsGone(const Identity& identity) {
  const Thread& thread = world().threads[identity.slot];
  return thread.uid != identity.uid ||
         (thread.state != ThreadState::kRunnable && thread.state != ThreadState::kBlocked);
}

// A slot's thread can only be replaced when it is gone, so one of all is free.
RaceThread FreeIdentity() {
  if (g_identity_count < kRaceThreads) return static_cast<RaceThread>(g_identity_count++);
  for (;;) {
    const auto thread = static_cast<RaceThread>(g_next_identity++ % kRaceThreads);
    if (IsGone(g_identities[thread])) return thread;
  }
}

void ForgetTls(void*, uintptr_t begin, size_t bytes) {
  g_races->Forget(RacePlaceOf(reinterpret_cast<const void*>(begin)), bytes);
}

// The memory of an earlier thread of the slot is another's from now on.
void RenewSlot(ThreadSlot slot) {
  const Slot& s = g_slots[slot];
  ForgetTls(nullptr, s.dirty_low, s.end - s.dirty_low);
  VisitTls(slot, ForgetTls);
}

RaceThread Introduce(ThreadSlot slot, const RaceThread* parent) {
  const Thread& thread = world().threads[slot];
  SlotUse& use = g_slot_uses[slot];
  if (use.uid != 0) RenewSlot(slot);
  const RaceThread me = FreeIdentity();
  Identity& identity = g_identities[me];
  identity.uid = thread.uid;
  identity.slot = slot;
  const Process& process = world().processes[thread.process];
  identity.process = thread.process;
  identity.incarnation = process.incarnation;
  identity.is_main = process.main == slot;
  identity.ended = false;
  identity.ignores = 0;
  identity.fiber = nullptr;
  ForgetCalls(me);
  std::memcpy(identity.path, thread.path, sizeof identity.path);
  use = {thread.uid + 1, me};
  g_races->StartThread(me, parent);
  if (parent == nullptr) g_races->Acquire(me, RacePlaceOfProcess(thread.process));
  return me;
}

// Whether that life of its process was ended by a kill, or by exit().
bool LifeWasCutShort(const Identity& identity) {
  const Process& process = world().processes[identity.process];
  if (process.alive && process.incarnation == identity.incarnation) return false;
  for (uint32_t other = 0; other < g_identity_count; ++other) {
    const Identity& main = g_identities[other];
    if (main.is_main && main.process == identity.process &&
        main.incarnation == identity.incarnation) {
      return !main.ended;
    }
  }
  return true;  // its main thread has done nothing
}

// What a killed process did was over when it was killed, so it is ordered before all that comes
// after; likewise what the other threads did when the main one has ended. Where the order matters,
// there is an execution in which it still lives.
bool IsOver(RaceThread thread) {
  const Identity& identity = g_identities[thread];
  return IsGone(identity) && (!identity.ended || LifeWasCutShort(identity));
}

bool IsBenign(const RaceConflict& conflict) {
  for (size_t i = 0; i < g_benign_count; ++i) {
    if (conflict.place < g_benign[i].end && conflict.place + conflict.bytes > g_benign[i].begin) {
      return true;
    }
  }
  return false;
}

bool Ignores(const RaceConflict& conflict) {
  return IsOver(conflict.thread) || IsBenign(conflict) || IsSuppressedRace(conflict.sites) ||
         IsSuppressedRace(conflict.current);
}

// Works for an access and for a conflict.
template <typename Access>
RacingAccess Describe(RaceThread thread, const Access& of) {
  const Identity& identity = g_identities[thread];
  RacingAccess access = {};
  access.slot = identity.slot;
  access.uid = identity.uid;
  std::memcpy(access.path, identity.path, sizeof access.path);
  access.write = of.write;
  access.atomic = of.atomic;
  access.frees = of.frees;
  for (size_t i = 0; i < kRaceSites; ++i) {
    access.return_to[i] = of.sites.at[i] == 0 ? 0 : kTargetAddress + of.sites.at[i];
  }
  return access;
}

[[noreturn]] void FailRace(RaceThread thread, const volatile void* object,
                           const RaceAccess& access) {
  const RaceConflict& conflict = g_races->conflict();
  World& w = world();
  const uint64_t skipped = conflict.place - RacePlaceOf(object);
  w.race = {.address = reinterpret_cast<uintptr_t>(object) + skipped,
            .bytes = conflict.bytes,
            .later = Describe(thread, access),
            .earlier = Describe(conflict.thread, conflict),
            .unseen = UnseenCallsBetween(conflict.thread, conflict.clock, thread)};
  w.verdict.address = w.race.address;
  FailExecution(VerdictKind::kDataRace, "",
                "%s %u byte%s that %s %s before, and nothing orders the two",
                access.write ? "writes" : "reads", conflict.bytes, conflict.bytes == 1 ? "" : "s",
                w.race.earlier.path, conflict.write ? "wrote" : "read");
}

void EndThread() {
  g_thread_exit_before();
  RaceThreadEnds();
}

}  // namespace

static void ForgetBlock(const void* block, size_t size) {
  g_races->Forget(RacePlaceOf(block), size);
}

absl::Status StartRaces() {
  auto detector = RaceDetector::Create();
  if (!detector.ok()) return detector.status();
  g_races = detector->release();
  g_thread_exit_before = g_thread_exit_hook;
  g_thread_exit_hook = EndThread;
  g_allocation_hook = ForgetBlock;
  return absl::OkStatus();
}

void ResetRaces() {
  if (g_races == nullptr) return;
  g_races->Begin();
  std::memset(g_slot_uses, 0, sizeof g_slot_uses);
  g_identity_count = 0;
  g_next_identity = 0;
  g_benign_count = g_benign_loaded;
}

RaceThread RaceSelf() {
  const World& w = world();
  const SlotUse& use = g_slot_uses[w.current];
  if (use.uid == w.running->uid + 1) [[likely]]
    return use.thread;
  return Introduce(w.current, nullptr);
}

void RaceStartsThread(ThreadSlot slot, RaceThread parent) { Introduce(slot, &parent); }

RaceThread RaceThreadIn(ThreadSlot slot) { return g_slot_uses[slot].thread; }

void RaceThreadEnds() { g_identities[RaceSelf()].ended = true; }

void RaceIgnoreBegin() { ++g_identities[RaceSelf()].ignores; }
void RaceIgnoreEnd() {
  Identity& identity = g_identities[RaceSelf()];
  if (identity.ignores > 0) --identity.ignores;
}

void* RaceFiber() { return g_identities[RaceSelf()].fiber; }
void SetRaceFiber(void* fiber) { g_identities[RaceSelf()].fiber = fiber; }

void RaceIsBenign(const volatile void* object, size_t bytes) {
  if (g_benign_count == kMostBenign) return;
  const uint64_t place = RacePlaceOf(object);
  g_benign[g_benign_count++] = {place, place + bytes};
  if (g_mode == Mode::kLoad) g_benign_loaded = g_benign_count;
}

void RaceJoinProcess(RaceThread thread, uint16_t process) {
  for (uint32_t other = 0; other < g_identity_count; ++other) {
    const Identity& identity = g_identities[other];
    if (identity.process == process && other != thread && IsGone(identity)) {
      g_races->Join(thread, static_cast<RaceThread>(other));
    }
  }
}

uint64_t RacePlaceOfProcess(uint16_t process) { return RacePlaceOf(&world().processes[process]); }

RaceSites RaceSitesOf(const void* return_address, const void* frame) {
  RaceSites sites = {};
  const auto in_target = [](uintptr_t address) {
    return address - kTargetAddress < (uint64_t{1} << 32);
  };
  auto address = reinterpret_cast<uintptr_t>(return_address);
  const Slot& slot = g_slots[world().current];
  auto at = reinterpret_cast<uintptr_t>(frame);
  for (size_t i = 0; i < kRaceSites && in_target(address); ++i) {
    sites.at[i] = static_cast<uint32_t>(address - kTargetAddress);
    // The caller's frame lies above its callee's, on this thread's stack.
    uintptr_t next;
    std::memcpy(&next, reinterpret_cast<const void*>(at), sizeof next);
    if (next <= at || next + 16 > slot.stack_top || next % 8 != 0) break;
    at = next;
    std::memcpy(&address, reinterpret_cast<const void*>(at + 8), sizeof address);
  }
  return sites;
}

static void Check(RaceThread thread, const volatile void* object, const RaceAccess& access) {
  if (!HasHistory(access.place)) return;
  if (g_identities[thread].ignores > 0) [[unlikely]] {
    if (!access.atomic) g_races->Touch(thread, access);
    return;
  }
  if (!g_races->Access(thread, access, Ignores)) [[unlikely]]
    FailRace(thread, object, access);
}

void RaceAccesses(RaceThread thread, const volatile void* object, uint64_t bytes, bool write,
                  bool atomic, const RaceSites& sites) {
  Check(thread, object, {RacePlaceOf(object), static_cast<uint32_t>(bytes), write, atomic, sites});
}

void RaceFrees(RaceThread thread, const void* block, uint64_t bytes, const RaceSites& sites) {
  Check(thread, block,
        {RacePlaceOf(block), static_cast<uint32_t>(bytes), true, false, sites, true});
}

}  // namespace weir::sim
