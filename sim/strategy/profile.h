// What the default schedule of a program does: what the strategies know of it beforehand that weigh
// threads, or choose among objects.
//
// A profile is a function of the scenario and its parameters, so that a strategy that is given one
// still is a function of (campaign seed, index).
#ifndef WEIR_SIM_STRATEGY_PROFILE_H_
#define WEIR_SIM_STRATEGY_PROFILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "sim/engine/object.h"
#include "sim/engine/observer.h"

namespace weir::sim {

// How a strategy knows a thread and an object in another execution.
using ThreadId = uint64_t;  // hash of its path (object.h)
using ObjectId = uint64_t;  // hash of its key; 0: no object
ObjectId IdOf(const ObjectKey& key);

// Names that hold in every execution: those of the engine, or of a test. Neither allocates.
struct Identities {
  ThreadId (*thread)(ThreadSlot slot) = nullptr;
  ObjectId (*object)(const void* address) = nullptr;
  std::string (*path)(ThreadSlot slot) = nullptr;  // behind a ThreadId; this one does allocate
};

// Whether the operation changes nothing, so that two of them have no order.
bool OnlyLooks(Op op);

struct Profile {
  static constexpr uint32_t kNoThread = ~uint32_t{0};
  // Accesses beyond these are left out: what is far from the begin is found with smaller
  // parameters.
  static constexpr size_t kMostAccesses = 1 << 14;

  struct ThreadInfo {
    ThreadId id = 0;
    uint32_t parent = kNoThread;  // who created it; always before it
    uint32_t points = 0;          // without repeated looks
  };
  // The `nth` (from 1) access of the thread to the object, repeated looks not counted.
  struct Access {
    uint32_t thread = 0;  // in `threads`
    uint32_t object = 0;  // in `objects`
    uint32_t nth = 1;
    bool looks = false;
  };
  // Objects that two threads have accessed, one of them not only looking.
  struct ObjectInfo {
    ObjectId id = 0;
    std::vector<uint32_t> accesses;  // in `accesses`, ascending
  };

  Identities identities;
  uint64_t points = 0;              // scheduling points in all
  bool failed = false;              // the default schedule came to another verdict than pass
  std::vector<ThreadInfo> threads;  // in the order of their first points
  std::vector<ObjectInfo> objects;  // in the order of their first accesses
  std::vector<Access> accesses;     // in the order of time

  // The place of a thread in `threads`, or kNoThread.
  uint32_t Find(ThreadId id) const {
    const auto found = by_id.find(id);
    return found == by_id.end() ? kNoThread : found->second;
  }
  absl::flat_hash_map<ThreadId, uint32_t> by_id;
};

// Identities::object for one execution after the other, from memory: an address keeps the id that
// it had first. Where memory is used again for something else that is wrong, though the same in
// each repetition.
class ObjectIds {
 public:
  // Once per execution, before Of().
  void Begin(const Identities& identities) {
    identities_ = identities;
    ++execution_;
  }
  ObjectId Of(const void* address) {
    if (address == nullptr) return 0;
    const auto bits = reinterpret_cast<uintptr_t>(address);
    Entry& entry = entries_[(bits >> 2 ^ bits >> 12) % kEntries];
    if (entry.address != address || entry.execution != execution_) [[unlikely]] {
      entry = {address, identities_.object(address), execution_};
    }
    return entry.id;
  }

 private:
  static constexpr size_t kEntries = 1024;
  struct Entry {
    const void* address = nullptr;
    ObjectId id = 0;
    uint64_t execution = 0;
  };
  Identities identities_;
  uint64_t execution_ = 0;
  std::array<Entry, kEntries> entries_{};
};

// Makes a profile: to be the observer of one execution of the default schedule.
class Profiler final : public Observer {
 public:
  explicit Profiler(const Identities& identities) { profile_.identities = identities; }

  void OnPoint(const PointEvent& event) override;
  // After the execution, once: how many points it had, and whether it failed.
  Profile Finish(uint64_t points, bool failed);

 private:
  uint32_t ThreadAt(const PointEvent& event);
  // Two threads have accessed it, and one of them not only to look.
  bool InConflict(const Profile::ObjectInfo& object) const;

  Profile profile_;
  std::vector<Profile::ObjectInfo> objects_;        // all, also those that nobody is at odds about
  absl::flat_hash_map<ObjectId, uint32_t> places_;  // in objects_
  absl::flat_hash_map<uint64_t, uint32_t> counts_;  // by thread and object
};

}  // namespace weir::sim

#endif  // WEIR_SIM_STRATEGY_PROFILE_H_
