#include "sim/engine/snapshot.h"

#include <algorithm>
#include <cstring>

#include "sim/engine/fiber.h"
#include "sim/engine/heap.h"
#include "sim/engine/pages.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/world.h"

namespace weir::sim {

bool (*g_copy_hook)(void (*add)(void* context, uintptr_t begin, size_t size),
                    void* context) = nullptr;

namespace {

// What is looked at as one. Half and four times as much are as fast.
constexpr size_t kBlock = 256;
constexpr size_t kMostZeros = kPage;
constexpr char kZeros[kMostZeros] = {};

bool IsZero(uintptr_t begin, size_t size) {
  return std::memcmp(reinterpret_cast<const void*>(begin), kZeros, size) == 0;
}

}  // namespace

void Snapshot::Add(uintptr_t begin, size_t size) {
  if (size != 0) pieces_.push_back({begin, size});
}

void Snapshot::AddRun(uintptr_t begin, size_t size, bool zero) {
  if (!zero) size_ += size;
  if (!runs_.empty()) {
    Run& last = runs_.back();
    if (last.zero == zero && last.begin + last.size == begin &&
        (!zero || last.size + size <= kMostZeros)) {
      last.size += size;
      return;
    }
  }
  runs_.push_back({begin, size, zero});
}

void Snapshot::Copy() {
  for (const Piece& piece : pieces_) {
    for (size_t at = 0; at < piece.size; at += kBlock) {
      const size_t size = std::min(kBlock, piece.size - at);
      AddRun(piece.begin + at, size, IsZero(piece.begin + at, size));
    }
  }
  bytes_ = std::make_unique_for_overwrite<char[]>(size_);
  char* to = bytes_.get();
  for (const Run& run : runs_) {
    if (run.zero) continue;
    std::memcpy(to, reinterpret_cast<const void*>(run.begin), run.size);
    to += run.size;
  }
}

std::unique_ptr<Snapshot> Snapshot::Take() {
  const World& w = world();
  std::unique_ptr<Snapshot> snapshot(new Snapshot);
  const auto add = [](void* context, uintptr_t begin, size_t size) {
    static_cast<Snapshot*>(context)->Add(begin, size);
  };
  if (g_copy_hook != nullptr && !g_copy_hook(add, snapshot.get())) return nullptr;
  snapshot->dirty_pages_ = DirtyPageCount();
  for (size_t i = 0; i < snapshot->dirty_pages_; ++i) snapshot->Add(DirtyPageAt(i), kPage);
  snapshot->heap_pages_ = w.heap.used_pages;
  VisitHeap(g_run.base_heap_pages, w.heap.used_pages, add, snapshot.get());
  snapshot->slots_used_ = w.slots_used;
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    const Slot& s = g_slots[slot];
    snapshot->dirty_low_.push_back(s.dirty_low);
    snapshot->Add(s.dirty_low, s.stack_top - s.dirty_low);
    VisitTls(static_cast<ThreadSlot>(slot), add, snapshot.get());
  }
  snapshot->Copy();
  if (const DecisionLog* const log = g_run.log) {
    snapshot->log_.assign(log->entries, log->entries + log->size);
    snapshot->log_overflowed_ = log->overflowed;
  }
  return snapshot;
}

// What was not there yet is as it is before an execution.
void Snapshot::ForgetLater() const {
  const World& w = world();
  for (uint32_t slot = 0; slot < w.slots_used; ++slot) {
    const Slot& s = g_slots[slot];
    if (slot >= slots_used_) {
      ZeroStack(static_cast<ThreadSlot>(slot));
    } else if (s.dirty_low < dirty_low_[slot]) {
      std::memset(reinterpret_cast<void*>(s.dirty_low), 0, dirty_low_[slot] - s.dirty_low);
    }
  }
  if (w.heap.used_pages > heap_pages_) HeapForget(heap_pages_, w.heap.used_pages);
  if (g_reset_hook != nullptr) g_reset_hook();
  RestorePages(dirty_pages_);
}

void Snapshot::RestoreLog() const {
  DecisionLog* const log = g_run.log;
  if (log == nullptr) return;
  std::ranges::copy(log_, log->entries);
  log->size = log_.size();
  log->overflowed = log_overflowed_;
}

void Snapshot::Restore() const {
  ForgetLater();
  RestoreLog();
  const char* from = bytes_.get();
  for (const Run& run : runs_) {
    if (!run.zero) {
      std::memcpy(reinterpret_cast<void*>(run.begin), from, run.size);
      from += run.size;
    } else if (!IsZero(run.begin, run.size)) {
      std::memset(reinterpret_cast<void*>(run.begin), 0, run.size);
    }
  }
}

}  // namespace weir::sim
