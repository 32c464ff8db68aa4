#include "sim/posix/store_buffer.h"

#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/posix/race.h"
#include "sim/posix/state.h"

namespace weir::sim {
namespace {

StoreState& State() { return posix_state().stores; }

// The last one of the current thread; null if it has none.
StoreState::Store* LastOwn() {
  StoreState& state = State();
  for (uint32_t i = world().pending_stores; i > 0; --i) {
    if (state.stores[i - 1].thread == world().current) return &state.stores[i - 1];
  }
  return nullptr;
}

void Write(const StoreState::Store& store) {
  std::memcpy(store.object, &store.value, store.size);  // little endian
  MixResult(store.value);
  ++world().progress;  // others may find something new
}

// Those for which `is_due` holds, in their order.
template <typename IsDue>
void Show(IsDue is_due) {
  StoreState& state = State();
  World& w = world();
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w.pending_stores; ++i) {
    const StoreState::Store store = state.stores[i];
    if (is_due(store)) {
      Write(store);
    } else {
      state.stores[kept++] = store;
    }
  }
  w.pending_stores = kept;
}

bool Add(void* object, uint64_t value, uint32_t size, uint64_t due) {
  World& w = world();
  State().stores[w.pending_stores++] = {object, value, due, size, w.current};
  w.fast_until = 0;  // no point is quiet while there are some
  return true;
}

[[gnu::constructor]] void Install() {
  g_store_hook = [](Op op) {
    const World& w = world();
    const bool mine = op != Op::kAtomicLoad && op != Op::kAtomicStore;
    Show([&](const StoreState::Store& store) {
      return op == Op::kNone || store.due <= w.points || (mine && store.thread == w.current);
    });
  };
}

}  // namespace

void ShowOwnStores() {
  if (g_mode != Mode::kTarget || world().pending_stores == 0) return;
  Show([](const StoreState::Store& store) { return store.thread == world().current; });
}

bool AskToDelay(void* object, uint64_t value, uint32_t size) {
  // What a store orders is noted when it is made: a late one would order too much.
  if (g_races != nullptr) return false;
  const Choice choice =
      Inject(FaultKind::kDelayedStore, Op::kAtomicStore, object, kStoreDelays + 1);
  if (choice == kNoFault || world().pending_stores == kMaxPendingStores) return false;
  return Add(object, value, size, world().points + (uint64_t{1} << choice));
}

bool AppendStore(void* object, uint64_t value, uint32_t size, bool in_order) {
  const StoreState::Store* const last = LastOwn();
  if (last == nullptr) return false;
  if (in_order && world().pending_stores < kMaxPendingStores)
    return Add(object, value, size, last->due);
  ShowOwnStores();
  return false;
}

uint64_t OwnStore(const void* object, uint64_t value, uint32_t size) {
  const auto begin = reinterpret_cast<uintptr_t>(object);
  const StoreState& state = State();
  for (uint32_t i = world().pending_stores; i > 0; --i) {
    const StoreState::Store& store = state.stores[i - 1];
    if (store.thread != world().current) continue;
    const auto at = reinterpret_cast<uintptr_t>(store.object);
    if (at == begin && store.size == size) return store.value;
    if (at < begin + size && begin < at + store.size) {  // of another size: let memory tell
      ShowOwnStores();
      std::memcpy(&value, object, size);
      return value;
    }
  }
  return value;
}

}  // namespace weir::sim
