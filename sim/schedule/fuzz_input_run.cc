#include "sim/schedule/fuzz_input_run.h"

#include <algorithm>
#include <tuple>

#include "sim/engine/fault.h"
#include "sim/engine/fault_choice.h"
#include "sim/schedule/key.h"

namespace weir::sim {
namespace {

// A thread that is held is let go after so many decisions: what it is held for may never come.
constexpr uint32_t kPatience = 5'000;

uint16_t RoundOf(const Point& point) {
  return static_cast<uint16_t>(std::min<uint64_t>(point.round, kMostRounds));
}

std::optional<DecisionCount::Sort> SortOf(InputEdit::Kind kind) {
  switch (kind) {
    case InputEdit::Kind::kRun:
    case InputEdit::Kind::kTime:
    case InputEdit::Kind::kPause:
      return DecisionCount::kRun;
    case InputEdit::Kind::kWake:
      return DecisionCount::kWake;
    case InputEdit::Kind::kValue:
      return DecisionCount::kValue;
    case InputEdit::Kind::kLife:
      return DecisionCount::kLife;
    case InputEdit::Kind::kInject:
    case InputEdit::Kind::kOrder:
    case InputEdit::Kind::kWalk:
      return std::nullopt;
  }
  return std::nullopt;
}

// 1 … most − 1, or 0 where that is all there is.
Choice NotZero(uint32_t number, uint32_t most) {
  if (most <= 1) return 0;
  return number == 0 ? 1 : 1 + (number - 1) % (most - 1);
}

}  // namespace

DecisionCount::Sort DecisionCount::SortOf(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kWake:
      return kWake;
    case DecisionKind::kValue:
      return kValue;
    case DecisionKind::kFault:
      return kLife;
    case DecisionKind::kRun:
    case DecisionKind::kInject:  // not counted here
      break;
  }
  return kRun;
}

DecisionCount::Place DecisionCount::Next(const Point& point) {
  Standing& at = standings_[point.thread];
  const uint32_t thread = ThreadOf(point.thread);
  const uint16_t round = RoundOf(point);
  const bool is_first = !at.met || at.thread != thread || at.round != round;
  if (is_first) at = {.thread = thread, .round = round, .met = true};
  return {thread, round, ++at.counts[SortOf(point.kind)], is_first};
}

void FuzzInputStrategy::Use(const FuzzInput& input) {
  keyed_.clear();
  orders_.clear();
  for (std::vector<InputEdit>& injects : injects_) injects.clear();
  run_edits_ = 0;
  last_round_ = 0;
  walks_ = false;
  for (const InputEdit& edit : input.edits) {
    if (edit.kind == InputEdit::Kind::kWalk && !walks_) {
      walks_ = true;
      walk_ = edit;
    }
    if (edit.kind == InputEdit::Kind::kInject) injects_[edit.fault].push_back(edit);
    if (edit.kind == InputEdit::Kind::kOrder) orders_.push_back({.edit = edit});
    const std::optional<DecisionCount::Sort> sort = weir::sim::SortOf(edit.kind);
    if (!sort) continue;
    keyed_.push_back({{*sort, edit.round, edit.thread}, edit});
    if (*sort != DecisionCount::kRun) continue;
    ++run_edits_;
    last_round_ = std::max(last_round_, edit.round);
  }
  std::stable_sort(keyed_.begin(), keyed_.end(), [](const Keyed& a, const Keyed& b) {
    return std::tie(a.key, a.edit.nth) < std::tie(b.key, b.edit.nth);
  });
  for (std::vector<InputEdit>& injects : injects_) {
    std::stable_sort(injects.begin(), injects.end(),
                     [](const InputEdit& a, const InputEdit& b) { return a.nth < b.nth; });
  }
}

void FuzzInputStrategy::Begin(const Execution&, Random) {
  count_.Begin();
  next_inject_.fill(0);
  moments_.fill(0);
  waits_.fill(0);
  for (Order& order : orders_) order = {.edit = order.edit};
  open_orders_ = orders_.size();
  SetHeld();
  runs_left_ = run_edits_;
  random_ = Random(walk_.number);
  seen_count_ = 0;
  stays_until_ = 0;
}

uint64_t FuzzInputStrategy::FaultAfter(FaultKind kind, uint64_t) {
  const auto i = static_cast<size_t>(kind);
  const std::vector<InputEdit>& injects = injects_[i];
  size_t& next = next_inject_[i];
  while (next < injects.size() && injects[next].nth <= moments_[i]) ++next;
  waits_[i] = next == injects.size() ? ~uint64_t{0} : injects[next].nth - 1 - moments_[i];
  return waits_[i];
}

Choice FuzzInputStrategy::ChooseInject(const Point& point) {
  const auto i = static_cast<size_t>(point.fault);
  moments_[i] += waits_[i] + 1;
  const InputEdit& edit = injects_[i][next_inject_[i]];
  return NotZero(edit.number, point.alternatives);
}

// Of those for one decision the first; the others are passed over.
const InputEdit* FuzzInputStrategy::EditAt(const Point& point, const DecisionCount::Place& place) {
  if (keyed_.empty()) return nullptr;
  std::array<Cursor, DecisionCount::kSorts>& cursors = cursors_[point.thread];
  if (place.is_first) {
    for (uint8_t sort = 0; sort < DecisionCount::kSorts; ++sort) {
      const Key key = {sort, place.round, place.thread};
      const auto first =
          std::lower_bound(keyed_.begin(), keyed_.end(), key,
                           [](const Keyed& keyed, const Key& k) { return keyed.key < k; });
      const auto last = std::upper_bound(
          first, keyed_.end(), key, [](const Key& k, const Keyed& keyed) { return k < keyed.key; });
      cursors[sort] = {static_cast<uint32_t>(first - keyed_.begin()),
                       static_cast<uint32_t>(last - keyed_.begin())};
    }
  }
  const DecisionCount::Sort sort = DecisionCount::SortOf(point.kind);
  Cursor& cursor = cursors[sort];
  const InputEdit* found = nullptr;
  for (; cursor.next < cursor.end && keyed_[cursor.next].edit.nth <= place.nth; ++cursor.next) {
    const InputEdit& edit = keyed_[cursor.next].edit;
    if (found == nullptr && edit.nth == place.nth) found = &edit;
    if (sort == DecisionCount::kRun) --runs_left_;
  }
  return found;
}

Choice FuzzInputStrategy::Choose(const Point& point) {
  if (point.kind == DecisionKind::kInject) return ChooseInject(point);
  if (point.kind == DecisionKind::kRun) return ChooseRun(point);
  const InputEdit* const edit = EditAt(point, count_.Next(point));
  if (edit == nullptr) return point.fallback;
  if (point.kind == DecisionKind::kFault) {
    return FaultOp(edit->number) == 0 ? point.fallback : edit->number;
  }
  return edit->number % point.alternatives;
}

Choice FuzzInputStrategy::Wanted(const InputEdit& edit, const Point& point) const {
  Choice wanted = point.fallback;
  if (edit.kind == InputEdit::Kind::kTime) {
    wanted = kAdvanceTime;
  } else if (edit.kind == InputEdit::Kind::kPause) {
    const auto fault = static_cast<FaultKind>(edit.fault);
    if (FormOf(fault) != FaultForm::kPause) return point.fallback;
    wanted = PauseChoice(fault, NotZero(edit.number, kDelays + 1));
  } else {
    for (int i = 0; i < point.runnable->count(); ++i) {
      const ThreadSlot slot = point.runnable->Nth(i);
      if (count_.ThreadOf(slot) == edit.number) return slot;
    }
  }
  return IsOffered(point, wanted) ? wanted : point.fallback;
}

// Anybody, now and then; where the thread only yields, always.
Choice FuzzInputStrategy::Walk(const Point& point) {
  const uint32_t mask = (1u << std::min(walk_.nth, InputEdit::kStickiest)) - 1;
  const bool stays = point.thread_can_run && !point.yields && (random_.Bits() & mask) != 0;
  if (stays) return point.fallback;
  return point.runnable->Nth(
      static_cast<int>(random_.Below(static_cast<uint32_t>(point.runnable->count()))));
}

Choice FuzzInputStrategy::ChooseRun(const Point& point) {
  const DecisionCount::Place place = count_.Next(point);
  if (looks_at_all_) Note(point.thread, place);
  const InputEdit* const edit = EditAt(point, place);
  Choice choice = point.fallback;
  if (edit != nullptr) {
    choice = Wanted(*edit, point);
  } else if (walks_) {
    choice = Walk(point);
  }
  if (open_orders_ != 0) {
    UpdateOrders(point, place);
    if (holds_ && choice < kFirstPause) choice = NotHeld(point, choice);
  }
  const bool all_done =
      !walks_ && (runs_left_ == 0 || place.round > last_round_) && open_orders_ == 0;
  stays_until_ = all_done && !looks_at_all_ ? ~uint64_t{0} : 0;
  return choice;
}

void FuzzInputStrategy::UpdateOrders(const Point& point, const DecisionCount::Place& place) {
  for (Order& order : orders_) {
    if (order.state == Order::State::kOver) continue;
    const bool is_holding = order.state == Order::State::kHolding;
    const uint32_t first = order.edit.nth & 0xFFFF;
    const uint32_t then = order.edit.nth >> 16;
    const bool is_here = place.round == order.edit.round;
    if (place.round > order.edit.round ||
        (is_here && place.thread == order.edit.thread && place.nth > first) ||
        (is_holding && (point.thread == order.held || ++order.decisions > kPatience))) {
      order.state = Order::State::kOver;
      --open_orders_;
    } else if (!is_holding && is_here && place.thread == order.edit.number && place.nth >= then &&
               point.thread_can_run) {
      order.state = Order::State::kHolding;
      order.held = point.thread;
    }
  }
  SetHeld();
}

void FuzzInputStrategy::SetHeld() {
  held_.fill(0);
  holds_ = false;
  for (const Order& order : orders_) {
    if (order.state != Order::State::kHolding) continue;
    held_[order.held >> 6] |= uint64_t{1} << (order.held & 63);
    holds_ = true;
  }
}

// The next one that is not held. When all are, they are let go.
Choice FuzzInputStrategy::NotHeld(const Point& point, Choice wanted) {
  ThreadSlot slot = static_cast<ThreadSlot>(wanted);
  for (int i = 0; i < point.runnable->count(); ++i) {
    if ((held_[slot >> 6] >> (slot & 63) & 1) == 0) return slot;
    slot = point.runnable->After(slot);
  }
  for (Order& order : orders_) {
    if (order.state != Order::State::kHolding) continue;
    order.state = Order::State::kOver;
    --open_orders_;
  }
  SetHeld();
  return wanted;
}

void FuzzInputStrategy::Note(ThreadSlot slot, const DecisionCount::Place& place) {
  if (place.is_first) {
    size_t i = 0;
    while (i < seen_count_ && seen_[i].thread != place.thread) ++i;
    if (i == kMostSeen) i = kMostSeen - 1;
    if (i == seen_count_) seen_[seen_count_++] = {.thread = place.thread};
    seen_as_[slot] = static_cast<uint8_t>(i);
  }
  SeenThread& seen = seen_[seen_as_[slot]];
  seen.decisions = std::max(seen.decisions, place.nth);
  seen.rounds = std::max(seen.rounds, place.round);
}

FuzzInputRecorder::FuzzInputRecorder(Strategy& inner, PathHashOf path_hash)
    : inner_(inner), count_(path_hash) {
  edits_.reserve(kMostEdits);  // Choose() must not allocate
}

void FuzzInputRecorder::Begin(const Execution& next, Random random) {
  inner_.Begin(next, random);
  count_.Begin();
  moments_.fill(0);
  edits_.clear();
  overflowed_ = false;
}

Choice FuzzInputRecorder::Choose(const Point& point) {
  const Choice choice = inner_.Choose(point);
  InputEdit edit;
  if (point.kind == DecisionKind::kInject) {
    const auto fault = static_cast<size_t>(point.fault);
    edit = {.kind = InputEdit::Kind::kInject,
            .fault = static_cast<uint8_t>(fault),
            .nth = ++moments_[fault],
            .number = choice};
  } else {
    const DecisionCount::Place place = count_.Next(point);
    edit = {.round = place.round, .nth = place.nth, .thread = place.thread, .number = choice};
    if (point.kind == DecisionKind::kWake) edit.kind = InputEdit::Kind::kWake;
    if (point.kind == DecisionKind::kValue) edit.kind = InputEdit::Kind::kValue;
    if (point.kind == DecisionKind::kFault) edit.kind = InputEdit::Kind::kLife;
    if (point.kind == DecisionKind::kRun) {
      if (choice == kAdvanceTime) {
        edit.kind = InputEdit::Kind::kTime;
        edit.number = 0;
      } else if (IsPause(choice)) {
        edit.kind = InputEdit::Kind::kPause;
        edit.fault = static_cast<uint8_t>(PauseKind(choice));
        edit.number = DelayOf(choice);
      } else {
        edit.number = count_.ThreadOf(static_cast<ThreadSlot>(choice));
      }
    }
  }
  if (choice == point.fallback) return choice;
  if (edits_.size() == kMostEdits) {
    overflowed_ = true;
  } else {
    edits_.push_back(edit);
  }
  return choice;
}

}  // namespace weir::sim
