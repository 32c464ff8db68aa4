// Data races by happens-before: what every byte's last accesses were, and what each thread knows of
// the others.
//
// FastTrack (Flanagan and Freund, "FastTrack: Efficient and Precise Dynamic Race Detection", PLDI
// 2009): a thread's knowledge is a vector of clocks, one for each thread; a byte remembers its last
// write and its last read as epochs (whose, and when on that one's clock), and reads that nothing
// orders among themselves as a vector. An access races with an earlier one of which its thread does
// not know, if one of the two writes. Departures from the paper:
//
// - Histories are of bytes, not of variables: two fields of one word have one each. Bytes that were
//   always accessed together share theirs.
// - Atomic accesses have histories of their own, since they do not race with one another, but with
//   plain ones. Their writes, too, may be a vector.
// - A read that is ordered after all earlier reads takes their place, also in a vector of one.
//
// Happens-before is that of the memory orders as the source names them (C++20, [intro.races]):
// relaxed orders nothing, a release sequence goes on through read-modify-writes alone, and fences
// lend their order to relaxed operations. That the execution at hand is sequentially consistent is
// not used: a race that the interleaving happens to hide is reported.
//
// All memory is reserved once and reset by a generation number, so that an execution pays for what
// it touches. What an execution reports depends on that execution alone.
//
// Knows nothing of pthreads or of addresses: `place` is the caller's number for a byte, equal for
// all addresses of one byte of shared memory.
#ifndef WEIR_SIM_ENGINE_RACE_H_
#define WEIR_SIM_ENGINE_RACE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "sim/engine/limits.h"

namespace weir::sim {

// Who, in one execution. Unlike a slot's, a number comes back only when kMaxThreads threads have
// been; its clock then goes on.
using RaceThread = uint8_t;
inline constexpr size_t kRaceThreads = kMaxThreads;
static_assert(kRaceThreads == 256);

// Where an access stands in the program: the return addresses of the call that announced it and of
// its callers, innermost first, as distances from kTargetAddress; 0: none.
inline constexpr size_t kRaceSites = 4;
struct RaceSites {
  uint32_t at[kRaceSites];
};

struct RaceAccess {
  uint64_t place;
  uint32_t bytes;
  bool write;
  bool atomic;
  RaceSites sites;
  bool frees = false;  // the write that stands for giving the memory back
};

// An earlier access that nothing orders before the one at hand.
struct RaceConflict {
  RaceThread thread;
  uint32_t clock;
  uint64_t place;  // the first byte that both touch
  uint32_t bytes;  // from there on
  bool write;
  bool atomic;
  bool frees;
  RaceSites sites;
  RaceSites current;  // of the access at hand
};

// Who has touched eight bytes so far, as far as it matters for a scheduling point.
enum class RaceSharing : uint8_t {
  kNobody,
  kAnnounced,   // one thread is about to, and nobody has
  kOwned,       // one thread alone
  kReadShared,  // several, and none has written since the second came; what the first one wrote
                // happened before the others looked
  kContended,   // several, and written
};

class RaceDetector {
 public:
  // Places below this are found by their number alone; any other costs a search in a table of
  // kOddGranules, and what does not fit there is not watched.
  static constexpr uint64_t kDirectPlaces = uint64_t{10} << 30;
  static constexpr size_t kOddGranules = 1 << 14;

  // Reserves the memory; ResourceExhausted if there is none.
  static absl::StatusOr<std::unique_ptr<RaceDetector>> Create();
  ~RaceDetector();
  RaceDetector(const RaceDetector&) = delete;
  RaceDetector& operator=(const RaceDetector&) = delete;

  // A new execution: nothing has been touched, nobody knows of anybody.
  void Begin();

  // --- threads

  // `thread` begins anew and knows what `parent` knows at this moment (null: nothing). Later steps
  // of `parent` are not known to it.
  void StartThread(RaceThread thread, const RaceThread* parent);
  // What `other` knows and has done, `thread` knows from now on.
  void Join(RaceThread thread, RaceThread other);
  uint32_t Clock(RaceThread thread) const { return knowledge_[thread].now.of[thread]; }
  // Moves its clock on, so that accesses from now on are told from those before.
  void Step(RaceThread thread) { ++knowledge_[thread].now.of[thread]; }

  // --- synchronisation: at a place, of this many bytes

  // Learns what was released there; with `later`, only with the next FenceAcquire (relaxed loads).
  void Acquire(RaceThread thread, uint64_t place, uint32_t bytes = 1);
  void AcquireLater(RaceThread thread, uint64_t place, uint32_t bytes);
  // A store: what the place told before is gone, and it tells what `thread` knows now; relaxed:
  // what it knew at its last FenceRelease.
  void ReleaseStore(RaceThread thread, uint64_t place, uint32_t bytes);
  void RelaxedStore(RaceThread thread, uint64_t place, uint32_t bytes);
  // A read-modify-write, or a lock that several release: added to what the place tells.
  void ReleaseMore(RaceThread thread, uint64_t place);
  void RelaxedMore(RaceThread thread, uint64_t place);
  // What is declared of an object by its address, beside what operations on its bytes release: no
  // store takes it back. Acquire() and AcquireLater() learn what was declared there, too; what
  // readers released, who do not order one another, is learnt by AcquireReaders() alone.
  void DeclareRelease(RaceThread thread, uint64_t place);
  void ReleaseReader(RaceThread thread, uint64_t place);
  void AcquireReaders(RaceThread thread, uint64_t place);
  void FenceAcquire(RaceThread thread);
  void FenceRelease(RaceThread thread);
  // The place tells nothing any more, or what `from` tells, which is then empty.
  void ForgetRelease(uint64_t place);
  void MoveRelease(uint64_t place, uint64_t from);
  // One number beside what a place tells: 0 until it is set.
  uint16_t Mark(uint64_t place);
  void SetMark(uint64_t place, uint16_t mark);

  // --- memory

  // Says of a conflict that it does not count. Called for each conflict of an access until it says
  // no.
  using Ignores = bool (*)(const RaceConflict& conflict);

  // Checks and remembers an access. False if it races: then conflict() says with what, and nothing
  // was remembered.
  bool Access(RaceThread thread, const RaceAccess& access, Ignores ignores);
  const RaceConflict& conflict() const { return conflict_; }
  // An access that is not to be checked or remembered: it counts for what is contended alone.
  void Touch(RaceThread thread, const RaceAccess& access);
  // Nothing would come of the access: its thread alone has touched the place so far, and has done
  // just this since its clock last moved. Most accesses; allocates nothing and counts nothing.
  bool IsAgain(RaceThread thread, uint64_t place, uint32_t bytes, bool write) const;

  // Whether the order of this access and others may matter: it is, or becomes with this access,
  // memory that several threads touch and one writes.
  bool IsContended(RaceThread thread, uint64_t place, uint32_t bytes, bool write);
  RaceSharing SharingOf(uint64_t place);
  // Nobody but one thread has touched it, and IsFresh() has said so less than kFreshAccesses times:
  // whether it is shared is not known yet. Counts, and announces the first access: until that has
  // been made, the place is contended for all other threads. Otherwise those who wait before their
  // first access would use up the count of a place that they share.
  static constexpr uint8_t kFreshAccesses = 4;
  bool IsFresh(RaceThread thread, uint64_t place);

  // Nobody has touched these bytes: whole granules only. What was released there is gone too.
  void Forget(uint64_t place, uint64_t bytes);

  // The memory for histories is used up: nothing is reported any more in this execution.
  bool exhausted() const { return exhausted_; }
  size_t used_bytes() const { return arena_used_ * kUnit; }

 private:
  static constexpr size_t kUnit = 16;
  static constexpr size_t kSizes = 512;  // of free lists, in units
  static constexpr uint64_t kGranuleBytes = 8;
  static constexpr size_t kThreadsAtOnce = 8;  // that a vector gets room for

  using Ref = uint32_t;  // into the arena, in units; 0 = none

  static size_t RoomFor(size_t threads) {
    return (threads + kThreadsAtOnce - 1) / kThreadsAtOnce * kThreadsAtOnce;
  }

  // What is known of kGranuleBytes.
  struct Granule {
    uint32_t generation;  // of any other one, it is as if all were zero
    Ref cells;
    Ref releases;
    RaceThread owner;
    RaceSharing sharing;
    bool written;
    uint8_t fresh;  // how often IsFresh() said yes
  };
  struct OddGranule {
    uint64_t key;
    Granule granule;
  };
  // The last accesses of one kind.
  struct History {
    uint32_t clock;  // of `thread` alone; 0: none, or `many`
    Ref many;        // Entry[capacity], by thread
    RaceSites sites;
    RaceThread thread;
    uint8_t unused;
    uint16_t capacity;
  };
  struct Entry {
    uint32_t clock;
    RaceSites sites;
  };
  // Bytes with one history.
  struct Cell {
    Ref next;
    uint8_t mask;
    bool atomic;
    bool frees;  // the last write gave the memory back
    uint8_t unused;
    History write;
    History read;
  };
  // By what a place tells.
  enum class Origin : uint8_t { kOperation, kDeclared, kReaders };
  // What a place tells those who acquire.
  struct Release {
    Ref next;
    Ref clocks;         // uint32_t[capacity]
    uint16_t capacity;  // threads from here on: 0
    uint16_t mark;
    uint8_t offset;  // in the granule
    Origin origin;
    uint8_t unused[2];
  };
  static_assert(sizeof(Granule) == 16 && sizeof(History) == 28 && sizeof(Cell) == 64);

  struct Clocks {
    uint32_t of[kRaceThreads];
  };
  struct Knowledge {
    Clocks now;
    Clocks pending;   // what relaxed loads have found, for FenceAcquire
    Clocks released;  // at the last FenceRelease
    bool has_pending;
    bool has_released;
  };

  RaceDetector() = default;

  template <typename T>
  T* At(Ref ref) const {
    return reinterpret_cast<T*>(arena_ + size_t{ref} * kUnit);
  }
  Ref Take(size_t bytes);
  void Give(Ref ref, size_t bytes);
  Granule* Find(uint64_t place, bool make);
  Granule* FindOdd(uint64_t key, bool make);
  void Free(Granule& granule);
  void FreeCell(Ref ref);
  void FreeHistory(History& history);

  Release* FindRelease(uint64_t place, bool make, Origin origin = Origin::kOperation);
  void More(RaceThread thread, uint64_t place, Origin origin);
  void Learn(Clocks& clocks, const Release& release);
  void Tell(Release& release, const Clocks& clocks, bool more);
  void ClearReleases(uint64_t place, uint32_t bytes);
  template <typename Visit>
  void ForEachRelease(uint64_t place, uint32_t bytes, Visit visit);

  bool Knows(RaceThread thread, RaceThread other, uint32_t clock) const {
    return thread == other || clock <= knowledge_[thread].now.of[other];
  }
  bool KnowsAll(RaceThread thread, const History& history) const;
  // One granule of an access.
  struct Part {
    RaceThread thread;
    const RaceAccess* access;
    uint64_t granule;  // place of its first byte
    uint8_t mask;
    Ignores ignores;
  };
  bool Check(const Part& part, const Cell& cell, const History& history, bool write);
  bool AccessPart(const Part& part, Granule& granule);
  bool IsRepeated(RaceThread thread, uint8_t mask, bool write, const Granule& granule) const;
  void Remember(const Part& part, Granule& granule);
  void Note(const Part& part, History& history);
  void Promote(History& history, RaceThread thread);
  void Share(const Part& part, Granule& granule, bool ordered);
  bool Split(Granule& granule, Cell& cell, uint8_t mask);
  bool CopyHistory(History& history);

  Knowledge* knowledge_ = nullptr;  // [kRaceThreads]
  char* arena_ = nullptr;
  Granule* granules_ = nullptr;
  OddGranule* odd_ = nullptr;
  size_t arena_used_ = 1;  // units; the first is none
  Ref free_[kSizes] = {};
  uint32_t generation_ = 0;
  uint16_t threads_ = 0;  // those from here on have not been
  bool exhausted_ = false;
  bool ignored_ = false;  // the access at hand had conflicts that do not count
  RaceConflict conflict_ = {};
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_RACE_H_
