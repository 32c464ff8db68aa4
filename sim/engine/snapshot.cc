#include "sim/engine/snapshot.h"

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

void Snapshot::Add(uintptr_t begin, size_t size) {
  if (size == 0) return;
  pieces_.push_back({begin, size});
  size_ += size;
}

void Snapshot::Copy() {
  bytes_ = std::make_unique_for_overwrite<char[]>(size_);
  char* to = bytes_.get();
  for (const Piece& piece : pieces_) {
    std::memcpy(to, reinterpret_cast<const void*>(piece.begin), piece.size);
    to += piece.size;
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

void Snapshot::Restore() const {
  ForgetLater();
  const char* from = bytes_.get();
  for (const Piece& piece : pieces_) {
    std::memcpy(reinterpret_cast<void*>(piece.begin), from, piece.size);
    from += piece.size;
  }
}

}  // namespace weir::sim
