#include "fuzz/schedule/mutate.h"

#include <algorithm>
#include <array>
#include <bit>

#include "sim/campaign/draw.h"
#include "sim/engine/fault_choice.h"

namespace weir::sim {
namespace {

using Kind = InputEdit::Kind;

// 1 … most, each octave with equal chances: most of what matters is near the begin, and what is not
// can be anywhere.
uint32_t LogUniform(uint32_t most, Random& random) {
  const auto octaves = static_cast<uint32_t>(std::bit_width(most));
  const uint32_t octave = random.Below(octaves);
  const uint32_t least = 1u << octave;
  const uint32_t size = std::min(least, most - least + 1);
  return least + random.Below(size);
}

class Mutator {
 public:
  Mutator(FuzzInput& input, const Vocabulary& vocabulary, const MutateLimits& limits,
          Random& random)
      : input_(input), threads_(vocabulary.threads()), limits_(limits), random_(random) {}

  void DrawAnew() {
    input_.values.clear();
    for (const ParameterSpec& spec : limits_.parameters) {
      input_.values.push_back(DrawParameter(spec, random_.Fork()));
    }
    input_.edits.clear();
    if (random_.Below(2) == 0) ChangeWalk();
    for (uint32_t left = random_.Below(6); left > 0; --left) InsertPreemption();
    for (uint32_t left = random_.Below(3); left > 0; --left) InsertOrder();
    if (random_.Below(2) == 0) return;
    for (uint32_t left = random_.Below(4); left > 0; --left) InsertFault();
  }

  void MutateOnce() {
    using Step = void (Mutator::*)();
    // One entry per share.
    static constexpr Step kSteps[] = {&Mutator::InsertPreemption,
                                      &Mutator::InsertPreemption,
                                      &Mutator::InsertPreemption,
                                      &Mutator::InsertOrder,
                                      &Mutator::InsertOrder,
                                      &Mutator::Delete,
                                      &Mutator::Delete,
                                      &Mutator::Move,
                                      &Mutator::Move,
                                      &Mutator::Move,
                                      &Mutator::Duplicate,
                                      &Mutator::Retarget,
                                      &Mutator::InsertFault,
                                      &Mutator::DropFault,
                                      &Mutator::ShiftEpoch,
                                      &Mutator::ChangeWalk,
                                      &Mutator::ChangeParameter,
                                      &Mutator::InsertWakeOrValue,
                                      &Mutator::ChangeParameter};
    (this->*kSteps[random_.Below(std::size(kSteps))])();
  }

  // A walk of the same stickiness, half of the time: with the same seed it goes much the same way.
  void RedrawWalk() {
    const auto walk = std::ranges::find(input_.edits, Kind::kWalk, &InputEdit::kind);
    if (walk != input_.edits.end() && random_.Below(2) == 0) walk->number = random_.Bits();
  }

 private:
  InputEdit* AnyEdit() {
    if (input_.edits.empty()) return nullptr;
    return &input_.edits[random_.Below(static_cast<uint32_t>(input_.edits.size()))];
  }

  void Insert(const InputEdit& edit) {
    if (input_.edits.size() < limits_.most_edits) input_.edits.push_back(edit);
  }

  const SeenThread& AnyThread() {
    static constexpr SeenThread kNobody = {.decisions = 64};
    if (threads_.empty()) return kNobody;
    return threads_[random_.Below(static_cast<uint32_t>(threads_.size()))];
  }

  // A decision of that thread, or one a little beyond what was ever seen.
  uint32_t AnyDecision(const SeenThread& thread) {
    const uint32_t seen = std::max(thread.decisions, 4u);
    const uint32_t most = seen + seen / 4;
    return random_.Below(2) == 0 ? LogUniform(most, random_) : 1 + random_.Below(most);
  }

  uint16_t AnyRound(const SeenThread& thread) {
    return thread.rounds == 0 ? uint16_t{0}
                              : static_cast<uint16_t>(random_.Below(uint32_t{thread.rounds} + 1));
  }

  void InsertPreemption() {
    const SeenThread& thread = AnyThread();
    InputEdit edit = {.kind = Kind::kRun,
                      .round = AnyRound(thread),
                      .nth = AnyDecision(thread),
                      .thread = thread.thread};
    edit.number = AnyThread().thread;
    Insert(edit);
  }

  void InsertOrder() {
    const SeenThread& first = AnyThread();
    const SeenThread& then = AnyThread();
    const uint32_t nth = std::min(AnyDecision(first), 0xFFFFu);
    const uint32_t before = std::min(AnyDecision(then), 0xFFFFu);
    Insert({.kind = Kind::kOrder,
            .round = AnyRound(first),
            .nth = before << 16 | nth,
            .thread = first.thread,
            .number = then.thread});
  }

  void InsertFault() {
    const auto kind = static_cast<FaultKind>(random_.Below(kFaultKinds));
    if (!limits_.faults.Contains(kind)) return;
    const SeenThread& thread = AnyThread();
    InputEdit edit = {.fault = static_cast<uint8_t>(kind),
                      .round = AnyRound(thread),
                      .nth = AnyDecision(thread),
                      .thread = thread.thread};
    switch (FormOf(kind)) {
      case FaultForm::kLife:
        edit.kind = Kind::kLife;
        edit.nth = LogUniform(8, random_);
        edit.number = FaultChoice(LogUniform(1 << 14, random_), kind == FaultKind::kRestart);
        break;
      case FaultForm::kTime:
        edit.kind = Kind::kTime;
        break;
      case FaultForm::kPause:
        edit.kind = Kind::kPause;
        edit.number = 1 + random_.Below(kDelays);
        break;
      case FaultForm::kDelay:
        edit.kind = Kind::kInject;
        edit.nth = LogUniform(256, random_);
        edit.number = 1 + random_.Below(kDelays);
        break;
      case FaultForm::kNumber:
        edit.kind = Kind::kInject;
        edit.nth = LogUniform(256, random_);
        edit.number = LogUniform(kMostFaultNumbers - 1, random_);
        break;
    }
    Insert(edit);
  }

  void InsertWakeOrValue() {
    const SeenThread& thread = AnyThread();
    Insert({.kind = random_.Below(2) == 0 ? Kind::kWake : Kind::kValue,
            .round = AnyRound(thread),
            .nth = LogUniform(64, random_),
            .thread = thread.thread,
            .number = LogUniform(16, random_)});
  }

  void Delete() {
    if (input_.edits.empty()) return;
    const InputEdit* const edit = AnyEdit();
    input_.edits.erase(input_.edits.begin() + (edit - input_.edits.data()));
  }

  void DropFault() {
    std::vector<size_t> faults;
    for (size_t i = 0; i < input_.edits.size(); ++i) {
      const Kind kind = input_.edits[i].kind;
      const bool is_fault = kind == Kind::kTime || kind == Kind::kPause || kind == Kind::kLife ||
                            kind == Kind::kInject;
      if (is_fault) faults.push_back(i);
    }
    if (faults.empty()) return;
    const size_t drop = faults[random_.Below(static_cast<uint32_t>(faults.size()))];
    input_.edits.erase(input_.edits.begin() + static_cast<ptrdiff_t>(drop));
  }

  // Earlier or later by a little, or by a lot; or to another round.
  void Shift(InputEdit& edit) {
    if (edit.round != 0 && random_.Below(4) == 0) {
      edit.round = static_cast<uint16_t>(random_.Below(uint32_t{edit.round} + 2));
      return;
    }
    const uint32_t by = LogUniform(random_.Below(4) == 0 ? 256 : 8, random_);
    const bool later = random_.Below(2) == 0;
    if (edit.kind == Kind::kOrder) {
      uint32_t first = edit.nth & 0xFFFF, then = edit.nth >> 16;
      uint32_t& moved = random_.Below(2) == 0 ? first : then;
      moved = later ? std::min(moved + by, 0xFFFFu) : moved > by ? moved - by : 1;
      edit.nth = then << 16 | first;
      return;
    }
    edit.nth = later ? edit.nth + by : edit.nth > by ? edit.nth - by : 1;
  }

  void Move() {
    if (InputEdit* const edit = AnyEdit()) Shift(*edit);
  }

  void Duplicate() {
    const InputEdit* const edit = AnyEdit();
    if (edit == nullptr) return;
    InputEdit copy = *edit;
    Shift(copy);
    Insert(copy);
  }

  void Retarget() {
    InputEdit* const edit = AnyEdit();
    if (edit == nullptr) return;
    if (edit->kind == Kind::kRun || edit->kind == Kind::kOrder) {
      (random_.Below(2) == 0 ? edit->thread : edit->number) = AnyThread().thread;
    } else {
      edit->number = LogUniform(kMostFaultNumbers - 1, random_);
    }
  }

  // Another seed, or stickiness; or none any more.
  void ChangeWalk() {
    const InputEdit walk = {.kind = Kind::kWalk,
                            .nth = random_.Below(InputEdit::kStickiest + 1),
                            .number = random_.Bits()};
    const auto known = std::ranges::find(input_.edits, Kind::kWalk, &InputEdit::kind);
    if (known == input_.edits.end()) {
      Insert(walk);
    } else if (random_.Below(4) == 0) {
      input_.edits.erase(known);
    } else {
      *known = walk;
    }
  }

  // Where counters begin is the first choice of the fault `counters`.
  void ShiftEpoch() {
    if (!limits_.faults.Contains(FaultKind::kCounters)) return;
    const auto counters = static_cast<uint8_t>(FaultKind::kCounters);
    for (InputEdit& edit : input_.edits) {
      if (edit.kind != Kind::kInject || edit.fault != counters) continue;
      edit.number = LogUniform(64, random_);
      return;
    }
    Insert({.kind = Kind::kInject,
            .fault = counters,
            .nth = LogUniform(8, random_),
            .number = LogUniform(64, random_)});
  }

  void ChangeParameter() {
    if (limits_.parameters.empty()) return;
    const uint32_t i = random_.Below(static_cast<uint32_t>(limits_.parameters.size()));
    for (size_t j = input_.values.size(); j <= i; ++j) {
      input_.values.push_back(limits_.parameters[j].fallback);
    }
    const ParameterSpec& spec = limits_.parameters[i];
    int64_t& value = input_.values[i];
    switch (random_.Below(8)) {
      case 0:
        if (value < spec.most) ++value;
        break;
      case 1:
        if (value > spec.least) --value;
        break;
      case 2:
      case 3:
      case 4:  // what is smaller is faster, and half of what goes wrong does so there
        value = spec.least + (value - spec.least) / 2;
        break;
      default:
        value = DrawParameter(spec, random_.Fork());
    }
  }

  FuzzInput& input_;
  const std::span<const SeenThread> threads_;
  const MutateLimits& limits_;
  Random& random_;
};

}  // namespace

void Vocabulary::Add(std::span<const SeenThread> seen) {
  for (const SeenThread& thread : seen) {
    const auto known = std::ranges::find(threads_, thread.thread, &SeenThread::thread);
    if (known != threads_.end()) {
      known->decisions = std::max(known->decisions, thread.decisions);
      known->rounds = std::max(known->rounds, thread.rounds);
    } else if (threads_.size() < kMost) {
      threads_.push_back(thread);
    }
  }
}

void DrawAnew(FuzzInput& input, const Vocabulary& vocabulary, const MutateLimits& limits,
              Random& random) {
  Mutator(input, vocabulary, limits, random).DrawAnew();
}

void Mutate(FuzzInput& input, const Vocabulary& vocabulary, const MutateLimits& limits,
            Random& random) {
  Mutator mutator(input, vocabulary, limits, random);
  if (random.Below(4) == 0) mutator.DrawAnew();
  mutator.RedrawWalk();
  do {
    mutator.MutateOnce();
  } while (random.Below(2) == 0);
}

FuzzInput Splice(const FuzzInput& one, const FuzzInput& other, Random& random) {
  uint32_t last = 0;
  for (const FuzzInput* input : {&one, &other}) {
    for (const InputEdit& edit : input->edits) last = std::max<uint32_t>(last, edit.round);
  }
  FuzzInput spliced = random.Below(2) == 0 ? one : other;
  spliced.edits.clear();
  // With one round alone there is no barrier between: each gives half of its edits.
  const uint32_t cut = random.Below(last + 1) + 1;
  const auto take = [&](const FuzzInput& from, bool early) {
    for (const InputEdit& edit : from.edits) {
      const bool taken = last == 0 ? random.Below(2) == 0 : (edit.round < cut) == early;
      if (taken) spliced.edits.push_back(edit);
    }
  };
  take(one, true);
  take(other, false);
  return spliced;
}

}  // namespace weir::sim
