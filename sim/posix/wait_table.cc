#include "sim/posix/wait_table.h"

#include "sim/posix/state.h"

namespace weir::sim {
namespace {

WaitQueue& BucketOf(const WaitKey& key) {
  const uint64_t hash = Mix(key.place ^ (static_cast<uint64_t>(key.space) << 60));
  return posix_state().waits.buckets[hash % kWaitBuckets];
}

bool Matches(const Thread& thread, const WaitKey& key, uint32_t bits) {
  return thread.wait_key[0] == static_cast<uint64_t>(key.space) &&
         thread.wait_key[1] == key.place && (thread.wait_mask & bits) != 0;
}

// The n-th of those in the bucket who match; kNoThread when there are fewer.
ThreadSlot NthMatch(const WaitQueue& bucket, const WaitKey& key, uint32_t bits, uint32_t n) {
  ThreadSlot slot = FirstOf(bucket);
  for (; slot != kNoThread; slot = NextOf(slot)) {
    if (Matches(world().threads[slot], key, bits) && n-- == 0) break;
  }
  return slot;
}

}  // namespace

bool WaitByKey(Op op, const void* object, const WaitKey& key, uint32_t bits, uint64_t deadline_ns,
               HolderOf holder) {
  Thread& thread = CurrentThread();
  thread.wait_key[0] = static_cast<uint64_t>(key.space);
  thread.wait_key[1] = key.place;
  thread.wait_mask = bits;
  return Block(op, object, &BucketOf(key), deadline_ns, holder);
}

uint32_t WakeByKey(Op op, const void* object, const WaitKey& key, uint32_t bits, uint32_t most) {
  const WaitQueue& bucket = BucketOf(key);
  uint32_t waiters = 0;
  for (ThreadSlot slot = FirstOf(bucket); slot != kNoThread; slot = NextOf(slot)) {
    if (Matches(world().threads[slot], key, bits)) ++waiters;
  }
  uint32_t woken = 0;
  for (; waiters > 0 && woken < most; --waiters, ++woken) {
    const bool all = waiters <= most - woken;
    const uint32_t choice = all ? 0 : Draw(DecisionKind::kWake, op, object, waiters);
    WakeFor(NthMatch(bucket, key, bits, choice), op, object);
  }
  return woken;
}

}  // namespace weir::sim
