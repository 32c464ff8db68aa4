// What threads know of one another: vector clocks, and what the places of synchronisation tell.
#include <algorithm>
#include <cstring>

#include "sim/engine/race.h"

namespace weir::sim {

// --- threads and what they know

void RaceDetector::StartThread(RaceThread thread, const RaceThread* parent) {
  Knowledge& mine = knowledge_[thread];
  const uint32_t before = thread < threads_ ? mine.now.of[thread] : 0;
  if (parent != nullptr) {
    std::memcpy(&mine.now, &knowledge_[*parent].now, sizeof mine.now);
    Step(*parent);
  } else {
    std::memset(&mine.now, 0, sizeof mine.now);
  }
  // Numbers that have not been yet: nothing is left of another execution.
  for (size_t other = threads_; other <= thread; ++other) {
    if (other != thread) std::memset(&knowledge_[other], 0, sizeof(Knowledge));
  }
  mine.has_pending = mine.has_released = false;
  mine.now.of[thread] = before + 1;
  if (thread >= threads_) threads_ = static_cast<uint16_t>(thread + 1);
}

void RaceDetector::Join(RaceThread thread, RaceThread other) {
  Clocks& mine = knowledge_[thread].now;
  const Clocks& theirs = knowledge_[other].now;
  for (size_t i = 0; i < threads_; ++i) mine.of[i] = std::max(mine.of[i], theirs.of[i]);
  Step(other);
}

// --- synchronisation

RaceDetector::Release* RaceDetector::FindRelease(uint64_t place, bool make, Origin origin) {
  Granule* const granule = Find(place, make);
  if (granule == nullptr) return nullptr;
  const auto offset = static_cast<uint8_t>(place % kGranuleBytes);
  for (Ref ref = granule->releases; ref != 0; ref = At<Release>(ref)->next) {
    Release& release = *At<Release>(ref);
    if (release.offset == offset && release.origin == origin) return &release;
  }
  const Ref fresh = make ? Take(sizeof(Release)) : 0;
  if (fresh == 0) return nullptr;
  Release& release = *At<Release>(fresh);
  release.offset = offset;
  release.origin = origin;
  release.next = granule->releases;
  granule->releases = fresh;
  return &release;
}

// An operation may be wider than the one that released: both ends of a pair of counters, say.
template <typename Visit>
void RaceDetector::ForEachRelease(uint64_t place, uint32_t bytes, Visit visit) {
  const uint64_t end = place + bytes;
  for (uint64_t at = place; at < end; at = (at / kGranuleBytes + 1) * kGranuleBytes) {
    const Granule* const granule = Find(at, false);
    if (granule == nullptr) continue;
    const uint64_t first = at / kGranuleBytes * kGranuleBytes;
    for (Ref ref = granule->releases; ref != 0; ref = At<Release>(ref)->next) {
      Release& release = *At<Release>(ref);
      if (first + release.offset >= place && first + release.offset < end) visit(release);
    }
  }
}

void RaceDetector::Learn(Clocks& clocks, const Release& release) {
  const auto* const told = At<uint32_t>(release.clocks);
  const size_t most = std::min<size_t>(release.capacity, threads_);
  for (size_t i = 0; i < most; ++i) clocks.of[i] = std::max(clocks.of[i], told[i]);
}

void RaceDetector::Tell(Release& release, const Clocks& clocks, bool more) {
  if (release.capacity < threads_) {
    const size_t room = RoomFor(threads_);
    const Ref grown = Take(room * sizeof(uint32_t));
    if (grown == 0) return;
    if (release.clocks != 0) {
      std::memcpy(At<uint32_t>(grown), At<uint32_t>(release.clocks),
                  release.capacity * sizeof(uint32_t));
      Give(release.clocks, release.capacity * sizeof(uint32_t));
    }
    release.clocks = grown;
    release.capacity = static_cast<uint16_t>(room);
  }
  auto* const told = At<uint32_t>(release.clocks);
  for (size_t i = 0; i < threads_; ++i) {
    told[i] = more ? std::max(told[i], clocks.of[i]) : clocks.of[i];
  }
}

void RaceDetector::Acquire(RaceThread thread, uint64_t place, uint32_t bytes) {
  ForEachRelease(place, bytes, [&](const Release& release) {
    if (release.origin != Origin::kReaders) Learn(knowledge_[thread].now, release);
  });
}

void RaceDetector::AcquireLater(RaceThread thread, uint64_t place, uint32_t bytes) {
  Knowledge& mine = knowledge_[thread];
  ForEachRelease(place, bytes, [&](const Release& release) {
    if (release.origin == Origin::kReaders) return;
    if (!mine.has_pending) std::memset(&mine.pending, 0, sizeof mine.pending);
    mine.has_pending = true;
    Learn(mine.pending, release);
  });
}

void RaceDetector::ClearReleases(uint64_t place, uint32_t bytes) {
  ForEachRelease(place, bytes, [&](const Release& release) {
    if (release.clocks == 0 || release.origin != Origin::kOperation) return;
    std::memset(At<uint32_t>(release.clocks), 0, release.capacity * sizeof(uint32_t));
  });
}

void RaceDetector::ReleaseStore(RaceThread thread, uint64_t place, uint32_t bytes) {
  if (bytes > 1) ClearReleases(place, bytes);
  if (Release* const release = FindRelease(place, true)) {
    Tell(*release, knowledge_[thread].now, false);
  }
  Step(thread);
}

void RaceDetector::RelaxedStore(RaceThread thread, uint64_t place, uint32_t bytes) {
  ClearReleases(place, bytes);
  RelaxedMore(thread, place);
}

void RaceDetector::More(RaceThread thread, uint64_t place, Origin origin) {
  if (Release* const release = FindRelease(place, true, origin)) {
    Tell(*release, knowledge_[thread].now, true);
  }
  Step(thread);
}

void RaceDetector::ReleaseMore(RaceThread thread, uint64_t place) {
  More(thread, place, Origin::kOperation);
}

void RaceDetector::DeclareRelease(RaceThread thread, uint64_t place) {
  More(thread, place, Origin::kDeclared);
}

void RaceDetector::ReleaseReader(RaceThread thread, uint64_t place) {
  More(thread, place, Origin::kReaders);
}

void RaceDetector::AcquireReaders(RaceThread thread, uint64_t place) {
  if (const Release* const release = FindRelease(place, false, Origin::kReaders)) {
    Learn(knowledge_[thread].now, *release);
  }
}

void RaceDetector::RelaxedMore(RaceThread thread, uint64_t place) {
  const Knowledge& mine = knowledge_[thread];
  if (!mine.has_released) return;
  if (Release* const release = FindRelease(place, true)) Tell(*release, mine.released, true);
}

void RaceDetector::FenceAcquire(RaceThread thread) {
  Knowledge& mine = knowledge_[thread];
  if (!mine.has_pending) return;
  for (size_t i = 0; i < threads_; ++i) {
    mine.now.of[i] = std::max(mine.now.of[i], mine.pending.of[i]);
  }
}

void RaceDetector::FenceRelease(RaceThread thread) {
  Knowledge& mine = knowledge_[thread];
  std::memcpy(&mine.released, &mine.now, sizeof mine.released);
  mine.has_released = true;
  Step(thread);
}

void RaceDetector::ForgetRelease(uint64_t place) { ClearReleases(place, 1); }

void RaceDetector::MoveRelease(uint64_t place, uint64_t from) {
  ClearReleases(place, 1);
  const Release* const source = FindRelease(from, false);
  if (source == nullptr) return;
  Clocks clocks = {};
  Learn(clocks, *source);
  if (Release* const release = FindRelease(place, true)) Tell(*release, clocks, false);
  ClearReleases(from, 1);
}

uint16_t RaceDetector::Mark(uint64_t place) {
  const Release* const release = FindRelease(place, false);
  return release == nullptr ? 0 : release->mark;
}

void RaceDetector::SetMark(uint64_t place, uint16_t mark) {
  if (Release* const release = FindRelease(place, true)) release->mark = mark;
}

}  // namespace weir::sim
