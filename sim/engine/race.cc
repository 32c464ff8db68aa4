#include "sim/engine/race.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sim/engine/check.h"

namespace weir::sim {
namespace {

// Above this, forgetting a range gives its pages back instead of going through them.
constexpr uint64_t kForgetWhole = uint64_t{1} << 20;

void* Reserve(size_t bytes) {
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : at;
}

uint8_t MaskOf(uint64_t first, uint64_t bytes) {
  return static_cast<uint8_t>(((1u << bytes) - 1) << first);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RaceDetector>> RaceDetector::Create() {
  auto detector = std::unique_ptr<RaceDetector>(new RaceDetector);
  RaceDetector& d = *detector;
  d.knowledge_ = static_cast<Knowledge*>(Reserve(sizeof(Knowledge) * kRaceThreads));
  d.arena_ = static_cast<char*>(Reserve(kRaceArenaBytes));
  d.granules_ = static_cast<Granule*>(Reserve(kDirectPlaces / kGranuleBytes * sizeof(Granule)));
  d.odd_ = static_cast<OddGranule*>(Reserve(kOddGranules * sizeof(OddGranule)));
  if (d.knowledge_ == nullptr || d.arena_ == nullptr || d.granules_ == nullptr ||
      d.odd_ == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no address space to watch memory accesses in: ", strerror(errno)));
  }
  d.Begin();
  return detector;
}

RaceDetector::~RaceDetector() {
  const auto release = [](void* at, size_t bytes) {
    if (at != nullptr) munmap(at, bytes);
  };
  release(knowledge_, sizeof(Knowledge) * kRaceThreads);
  release(arena_, kRaceArenaBytes);
  release(granules_, kDirectPlaces / kGranuleBytes * sizeof(Granule));
  release(odd_, kOddGranules * sizeof(OddGranule));
}

void RaceDetector::Begin() {
  ++generation_;
  arena_used_ = 1;
  std::memset(free_, 0, sizeof free_);
  threads_ = 0;
  exhausted_ = false;
}

// --- memory for histories
// -----------------------------------------------------------------------------------

// Zeroed. 0 when there is none left.
RaceDetector::Ref RaceDetector::Take(size_t bytes) {
  const size_t units = (bytes + kUnit - 1) / kUnit;
  WEIR_ASSERT(units < kSizes);
  Ref ref = free_[units];
  if (ref != 0) {
    free_[units] = *At<Ref>(ref);
  } else if ((arena_used_ + units) * kUnit > kRaceArenaBytes) {
    exhausted_ = true;
    return 0;
  } else {
    ref = static_cast<Ref>(arena_used_);
    arena_used_ += units;
  }
  std::memset(At<char>(ref), 0, units * kUnit);
  return ref;
}

void RaceDetector::Give(Ref ref, size_t bytes) {
  const size_t units = (bytes + kUnit - 1) / kUnit;
  *At<Ref>(ref) = free_[units];
  free_[units] = ref;
}

void RaceDetector::FreeHistory(History& history) {
  if (history.many != 0) Give(history.many, history.capacity * sizeof(Entry));
  history = {};
}

void RaceDetector::FreeCell(Ref ref) {
  Cell& cell = *At<Cell>(ref);
  FreeHistory(cell.write);
  FreeHistory(cell.read);
  Give(ref, sizeof(Cell));
}

void RaceDetector::Free(Granule& granule) {
  while (granule.cells != 0) {
    const Ref cell = granule.cells;
    granule.cells = At<Cell>(cell)->next;
    FreeCell(cell);
  }
  while (granule.releases != 0) {
    const Ref ref = granule.releases;
    Release& release = *At<Release>(ref);
    granule.releases = release.next;
    if (release.clocks != 0) Give(release.clocks, release.capacity * sizeof(uint32_t));
    Give(ref, sizeof(Release));
  }
}

// --- granules

RaceDetector::Granule* RaceDetector::FindOdd(uint64_t key, bool make) {
  const size_t start = (key * 0x9E3779B97F4A7C15u) >> 50;
  static_assert(kOddGranules == size_t{1} << (64 - 50));
  for (size_t probe = 0; probe < kOddGranules; ++probe) {
    OddGranule& odd = odd_[(start + probe) % kOddGranules];
    if (odd.granule.generation != generation_) {
      if (!make) return nullptr;
      odd.key = key;
      odd.granule = {};
      odd.granule.generation = generation_;
      return &odd.granule;
    }
    if (odd.key == key) return &odd.granule;
  }
  return nullptr;
}

RaceDetector::Granule* RaceDetector::Find(uint64_t place, bool make) {
  const uint64_t index = place / kGranuleBytes;
  if (place >= kDirectPlaces) return FindOdd(index, make);
  Granule& granule = granules_[index];
  if (granule.generation != generation_) {
    if (!make) return nullptr;
    granule = {};
    granule.generation = generation_;
  }
  return &granule;
}

void RaceDetector::Forget(uint64_t place, uint64_t bytes) {
  if (place >= kDirectPlaces || bytes > kDirectPlaces - place) return;
  Granule* const first = granules_ + place / kGranuleBytes;
  Granule* const last = granules_ + (place + bytes + kGranuleBytes - 1) / kGranuleBytes;
  if (bytes >= kForgetWhole) {
    const auto begin = (reinterpret_cast<uintptr_t>(first) + kPage - 1) & ~(kPage - 1);
    const auto end = reinterpret_cast<uintptr_t>(last) & ~(kPage - 1);
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  const auto clear = [this](Granule* from, Granule* to) {
    for (Granule* granule = from; granule < to; ++granule) {
      if (granule->generation != generation_) continue;
      Free(*granule);
      *granule = {};
    }
  };
  if (bytes < kForgetWhole) {
    clear(first, last);
  } else {
    constexpr auto kPerPage = static_cast<ptrdiff_t>(kPage / sizeof(Granule));
    clear(first, first + kPerPage);
    clear(last - kPerPage, last);
  }
}

// --- accesses

bool RaceDetector::KnowsAll(RaceThread thread, const History& history) const {
  if (history.many == 0) return Knows(thread, history.thread, history.clock);
  const auto* const entries = At<Entry>(history.many);
  for (size_t other = 0; other < history.capacity; ++other) {
    if (!Knows(thread, static_cast<RaceThread>(other), entries[other].clock)) return false;
  }
  return true;
}

// True if the access may follow that history.
bool RaceDetector::Check(const Part& part, const Cell& cell, const History& history, bool write) {
  if (KnowsAll(part.thread, history)) return true;
  const auto conflicts = [&](RaceThread other, uint32_t clock, const RaceSites& sites) {
    if (Knows(part.thread, other, clock)) return false;
    const auto both = static_cast<uint8_t>(part.mask & cell.mask);
    const auto first = static_cast<unsigned>(std::countr_zero(both));
    conflict_ = {
        .thread = other,
        .clock = clock,
        .place = part.granule + first,
        .bytes = static_cast<uint32_t>(std::countr_one(static_cast<unsigned>(both) >> first)),
        .write = write,
        .atomic = cell.atomic,
        .frees = write && cell.frees,
        .sites = sites,
        .current = part.access->sites};
    if (part.ignores == nullptr || !part.ignores(conflict_)) return true;
    ignored_ = true;
    return false;
  };
  if (history.many == 0) return !conflicts(history.thread, history.clock, history.sites);
  const auto* const entries = At<Entry>(history.many);
  for (size_t other = 0; other < history.capacity; ++other) {
    if (conflicts(static_cast<RaceThread>(other), entries[other].clock, entries[other].sites)) {
      return false;
    }
  }
  return true;
}

// The same thread has done the same to the same bytes since its clock last moved: nothing that it
// could race with has changed but by a race that was reported or does not count.
bool RaceDetector::IsRepeated(RaceThread thread, uint8_t mask, bool write,
                              const Granule& granule) const {
  if (granule.cells == 0) return false;
  const Cell& cell = *At<Cell>(granule.cells);
  if (cell.next != 0 || cell.atomic || cell.mask != mask) return false;
  const uint32_t now = Clock(thread);
  const auto mine = [&](const History& history) {
    return history.many == 0 && history.clock == now && history.thread == thread;
  };
  const bool unread = cell.read.clock == 0 && cell.read.many == 0;
  if (write) return mine(cell.write) && unread;
  return mine(cell.read) || (mine(cell.write) && unread);
}

bool RaceDetector::IsAgain(RaceThread thread, uint64_t place, uint32_t bytes, bool write) const {
  const uint64_t first = place % kGranuleBytes;
  if (first + bytes > kGranuleBytes || place >= kDirectPlaces) return false;
  const Granule& granule = granules_[place / kGranuleBytes];
  return granule.generation == generation_ && granule.sharing == RaceSharing::kOwned &&
         granule.owner == thread && granule.fresh == kFreshAccesses &&
         IsRepeated(thread, MaskOf(first, bytes), write, granule);
}

void RaceDetector::Promote(History& history, RaceThread thread) {
  const size_t room =
      RoomFor(std::max<size_t>(threads_, size_t{std::max(history.thread, thread)} + 1));
  const Ref many = Take(room * sizeof(Entry));
  if (many == 0) return;
  auto* const entries = At<Entry>(many);
  if (history.many != 0) {
    std::memcpy(entries, At<Entry>(history.many), history.capacity * sizeof(Entry));
    Give(history.many, history.capacity * sizeof(Entry));
  } else {
    entries[history.thread] = {history.clock, history.sites};
  }
  history.many = many;
  history.capacity = static_cast<uint16_t>(room);
  history.clock = 0;
}

// The access joins the history of its kind.
void RaceDetector::Note(const Part& part, History& history) {
  const uint32_t now = Clock(part.thread);
  const bool plain_write = part.access->write && !part.access->atomic;
  if (plain_write || KnowsAll(part.thread, history)) {
    FreeHistory(history);
    history.clock = now;
    history.thread = part.thread;
    history.sites = part.access->sites;
    return;
  }
  if (history.many == 0 || history.capacity <= part.thread) Promote(history, part.thread);
  if (history.capacity <= part.thread) return;  // no memory
  At<Entry>(history.many)[part.thread] = {now, part.access->sites};
}

bool RaceDetector::CopyHistory(History& history) {
  if (history.many == 0) return true;
  const Ref copy = Take(history.capacity * sizeof(Entry));
  if (copy == 0) return false;
  std::memcpy(At<Entry>(copy), At<Entry>(history.many), history.capacity * sizeof(Entry));
  history.many = copy;
  return true;
}

// The bytes of `cell` outside of `mask` get a cell of their own, with the same histories.
bool RaceDetector::Split(Granule& granule, Cell& cell, uint8_t mask) {
  const Ref ref = Take(sizeof(Cell));
  if (ref == 0) return false;
  Cell& rest = *At<Cell>(ref);
  rest = cell;
  if (!CopyHistory(rest.write) || !CopyHistory(rest.read)) return false;
  rest.mask = static_cast<uint8_t>(cell.mask & ~mask);
  cell.mask &= mask;
  rest.next = granule.cells;
  granule.cells = ref;
  return true;
}

void RaceDetector::Remember(const Part& part, Granule& granule) {
  const bool write = part.access->write;
  const bool replaces = write && !part.access->atomic;
  uint8_t left = part.mask;
  Cell* kept = nullptr;
  for (Ref* link = &granule.cells; *link != 0 && left != 0;) {
    const Ref ref = *link;
    Cell& cell = *At<Cell>(ref);
    if (cell.atomic != part.access->atomic || (cell.mask & left) == 0) {
      link = &cell.next;
      continue;
    }
    if ((cell.mask & ~part.mask) != 0) {
      if (!Split(granule, cell, part.mask)) return;
      if (*link != ref) link = &At<Cell>(*link)->next;  // the new one stands before it
    }
    left = static_cast<uint8_t>(left & ~cell.mask);
    if (!replaces) {
      Note(part, write ? cell.write : cell.read);
    } else if (kept == nullptr) {
      // A plain write stands for all that came before: the bytes have one history from here on.
      kept = &cell;
      FreeHistory(cell.read);
      Note(part, cell.write);
      cell.frees = part.access->frees;
    } else {
      kept->mask |= cell.mask;
      *link = cell.next;
      FreeCell(ref);
      continue;
    }
    link = &cell.next;
  }
  if (left == 0) return;
  if (kept != nullptr) {
    kept->mask |= left;
    return;
  }
  const Ref ref = Take(sizeof(Cell));
  if (ref == 0) return;
  Cell& cell = *At<Cell>(ref);
  cell.mask = left;
  cell.atomic = part.access->atomic;
  cell.frees = part.access->frees;
  Note(part, write ? cell.write : cell.read);
  cell.next = granule.cells;
  granule.cells = ref;
}

void RaceDetector::Share(const Part& part, Granule& granule, bool ordered) {
  const bool write = part.access->write;
  switch (granule.sharing) {
    case RaceSharing::kNobody:
      granule.owner = part.thread;
      granule.sharing = RaceSharing::kOwned;
      break;
    case RaceSharing::kAnnounced:
      granule.sharing = granule.owner == part.thread ? RaceSharing::kOwned
                        : write                      ? RaceSharing::kContended
                                                     : RaceSharing::kReadShared;
      break;
    case RaceSharing::kOwned:
      if (granule.owner == part.thread) break;
      granule.sharing = write || (granule.written && !ordered) ? RaceSharing::kContended
                                                               : RaceSharing::kReadShared;
      break;
    case RaceSharing::kReadShared:
      if (write) granule.sharing = RaceSharing::kContended;
      break;
    case RaceSharing::kContended:
      break;
  }
  granule.written |= write;
}

bool RaceDetector::AccessPart(const Part& part, Granule& granule) {
  const bool write = part.access->write;
  const bool may_repeat = !part.access->atomic && !part.access->frees;
  if (may_repeat && IsRepeated(part.thread, part.mask, write, granule)) return true;
  ignored_ = false;
  for (Ref ref = granule.cells; ref != 0; ref = At<Cell>(ref)->next) {
    const Cell& cell = *At<Cell>(ref);
    if ((cell.mask & part.mask) == 0 || (part.access->atomic && cell.atomic)) continue;
    if (!Check(part, cell, cell.write, true)) return false;
    if (write && !Check(part, cell, cell.read, false)) return false;
  }
  Remember(part, granule);
  if (!part.access->atomic) Share(part, granule, !ignored_);
  return true;
}

bool RaceDetector::Access(RaceThread thread, const RaceAccess& access, Ignores ignores) {
  const uint64_t end = access.place + access.bytes;
  for (uint64_t at = access.place; at < end;) {
    if (exhausted_) return true;
    const uint64_t granule = at / kGranuleBytes * kGranuleBytes;
    const uint64_t stop = std::min(end, granule + kGranuleBytes);
    Granule* const found = Find(granule, true);
    const Part part = {thread, &access, granule, MaskOf(at - granule, stop - at), ignores};
    if (found != nullptr && !AccessPart(part, *found)) return false;
    at = stop;
  }
  return true;
}

void RaceDetector::Touch(RaceThread thread, const RaceAccess& access) {
  const uint64_t end = access.place + access.bytes;
  for (uint64_t at = access.place; at < end; at = (at / kGranuleBytes + 1) * kGranuleBytes) {
    const Part part = {thread, &access, at / kGranuleBytes * kGranuleBytes, 0, nullptr};
    if (Granule* const granule = Find(at, true)) Share(part, *granule, false);
  }
}

RaceSharing RaceDetector::SharingOf(uint64_t place) {
  const Granule* const granule = Find(place, false);
  return granule == nullptr ? RaceSharing::kNobody : granule->sharing;
}

bool RaceDetector::IsFresh(RaceThread thread, uint64_t place) {
  Granule* const granule = Find(place, true);
  if (granule == nullptr || granule->fresh == kFreshAccesses) return false;
  if (granule->sharing > RaceSharing::kOwned) return false;
  if (granule->sharing == RaceSharing::kNobody) {
    granule->owner = thread;
    granule->sharing = RaceSharing::kAnnounced;
  }
  ++granule->fresh;
  return true;
}

bool RaceDetector::IsContended(RaceThread thread, uint64_t place, uint32_t bytes, bool write) {
  const auto contended = [&](const Granule& granule) {
    switch (granule.sharing) {
      case RaceSharing::kNobody:
        return false;
      case RaceSharing::kAnnounced:
        return granule.owner != thread;
      case RaceSharing::kOwned:
        break;
      case RaceSharing::kReadShared:
        return write;
      case RaceSharing::kContended:
        return true;
    }
    if (granule.owner == thread) return false;
    if (write) return true;
    // Published, or still being written?
    for (Ref ref = granule.cells; granule.written && ref != 0; ref = At<Cell>(ref)->next) {
      if (!KnowsAll(thread, At<Cell>(ref)->write)) return true;
    }
    return false;
  };
  const uint64_t end = place + bytes;
  for (uint64_t at = place; at < end; at = (at / kGranuleBytes + 1) * kGranuleBytes) {
    const Granule* const granule = Find(at, false);
    if (granule != nullptr && contended(*granule)) return true;
  }
  return false;
}

}  // namespace weir::sim
