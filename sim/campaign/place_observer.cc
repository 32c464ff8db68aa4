#include "sim/campaign/place_observer.h"

#include <unwind.h>

#include <algorithm>

#include "sim/engine/limits.h"

namespace weir::sim {
namespace {

// What libgcc's unwinder hands from frame to frame.
struct Collected {
  uint64_t* addresses;
  size_t capacity;
  size_t count = 0;
};

_Unwind_Reason_Code Collect(_Unwind_Context* context, void* argument) {
  auto& collected = *static_cast<Collected*>(argument);
  const uint64_t pc = _Unwind_GetIP(context);
  if (pc >= kTargetAddress && IsFixedAddress(pc)) {
    collected.addresses[collected.count++] = pc - 1;  // the call, not what follows it
  }
  return collected.count == collected.capacity ? _URC_END_OF_STACK : _URC_NO_REASON;
}

}  // namespace

void PlaceObserver::OnPoint(const PointEvent& event) {
  if (chosen_ && !chosen_->contains(event.step)) return;
  if (entries_.size() == most_) entries_.pop_front();
  Entry& entry = entries_.emplace_back();
  entry.step = event.step;
  Collected collected{entry.addresses.data(), kAddresses};
  _Unwind_Backtrace(Collect, &collected);
}

std::string PlaceObserver::PlaceOf(uint64_t step, Symbols& symbols) const {
  const Frame* const frame = FrameAt(step, symbols);
  return frame == nullptr ? "" : ShortPlace(*frame);
}

const PlaceObserver::Entry* PlaceObserver::Find(uint64_t step) const {
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), step,
                       [](const Entry& one, uint64_t wanted) { return one.step < wanted; });
  return entry == entries_.end() || entry->step != step ? nullptr : &*entry;
}

const Frame* PlaceObserver::FrameAt(uint64_t step, Symbols& symbols) const {
  const Entry* const entry = Find(step);
  if (entry == nullptr) return nullptr;
  for (const uint64_t address : entry->addresses) {
    if (address == 0) break;
    if (const Frame* frame = UserFrame(symbols.At(address))) return frame;
  }
  return nullptr;
}

std::vector<Frame> PlaceObserver::StackAt(uint64_t step, Symbols& symbols) const {
  std::vector<Frame> stack;
  const Entry* const entry = Find(step);
  if (entry == nullptr) return stack;
  for (const uint64_t address : entry->addresses) {
    if (address == 0) break;
    const std::vector<Frame>& at = symbols.At(address);
    stack.insert(stack.end(), at.begin(), at.end());
  }
  return stack;
}

}  // namespace weir::sim
