// The fields of a schedule and of its parts, listed once: whoever hashes, writes or reads them goes
// through VisitFields().
//
//   VisitFields(edit, visitor) calls visitor(field, value) for each field of `edit`, in the order
//   of the file.
//
// What the file nests (the `at` of a fault) is visited between visitor.Enter(name) and
// visitor.Leave(). The comparison `==` is the compiler's, of all members. A member that is missing
// here does not compile: ListsAllOf() counts them.
#ifndef WEIR_SIM_SCHEDULE_VISIT_H_
#define WEIR_SIM_SCHEDULE_VISIT_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "sim/engine/fault_choice.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

// What a text or a number is in the file, where the type does not say it.
enum class Form : uint8_t {
  kPlain,
  kThread,   // a path; the file has the target's name for it if there is one
  kObject,   // as in object.h
  kDecimal,  // a decimal string, however small
  kHash,     // 16 hexadecimal digits
};

struct Field {
  const char* name;
  Form form = Form::kPlain;
  // The file leaves the field out when it has this value; 0 of a text is an empty one.
  std::optional<uint64_t> fallback = {};
  uint64_t least = 0;  // of a number; of a text 1: it may not be empty
  uint64_t most = std::numeric_limits<uint64_t>::max();
  // An execution depends on it. Else it says where the schedule is from, what came of it, or is
  // there for the reader.
  bool decides = true;
};

// For members of any type: how many of these initialise a T, so many members it has.
struct AnyMember {
  template <typename T>
  constexpr operator T() const;  // NOLINT(google-explicit-constructor)
};

// True if T is an aggregate of exactly `count` members.
template <typename T, size_t count>
constexpr bool ListsAllOf() {
  return []<size_t... i>(std::index_sequence<i...>) {
    constexpr auto kTakes = []<size_t... j>(std::index_sequence<j...>) {
      return requires { T{((void)j, AnyMember{})...}; };
    };
    return kTakes(std::index_sequence<i...>()) && !kTakes(std::index_sequence<i..., count>());
  }
  (std::make_index_sequence<count>());
}

// T without const is one of these: then it is visited as a whole by its own fields.
template <typename T, typename U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;

template <Is<Origin> T, typename Visitor>
void VisitFields(T& origin, Visitor&& visit) {
  static_assert(ListsAllOf<Origin, 5>());
  // Seed and index also seed what an execution draws beside its schedule.
  visit(Field{.name = "campaign_seed", .form = Form::kDecimal}, origin.campaign_seed);
  visit(Field{.name = "index", .form = Form::kDecimal}, origin.index);
  visit(Field{.name = "strategy", .decides = false}, origin.strategy);
  visit(Field{.name = "depth", .fallback = 0, .decides = false}, origin.depth);
  visit(Field{.name = "member", .fallback = 0, .decides = false}, origin.member);
}

template <Is<Fault> T, typename Visitor>
void VisitFields(T& fault, Visitor&& visit) {
  static_assert(ListsAllOf<Fault, 5>());
  visit(Field{.name = "kind"}, fault.kind);
  visit(Field{.name = "process", .least = 1}, fault.process);
  visit(Field{.name = "incarnation", .fallback = 0}, fault.incarnation);
  visit.Enter("at");
  // For the reader: replay goes by process, incarnation and op.
  visit(Field{.name = "thread", .form = Form::kThread, .least = 1, .decides = false}, fault.thread);
  visit(Field{.name = "op", .least = 1, .most = kMaxFaultOp}, fault.op);
  visit.Leave();
}

// Only what the choice's kind means: the others mean nothing and stand nowhere. The file writes a
// choice in a form of its own, {"run": "worker-0/main"}; see format.cc.
template <Is<EditChoice> T, typename Visitor>
void VisitFields(T& choice, Visitor&& visit) {
  static_assert(ListsAllOf<EditChoice, 4>());
  using Kind = EditChoice::Kind;
  visit(Field{.name = "kind"}, choice.kind);
  if (choice.kind == Kind::kRun) visit(Field{"run", Form::kThread}, choice.thread);
  if (choice.kind == Kind::kFault) visit(Field{"fault"}, choice.fault);
  const bool numbered = choice.kind != Kind::kRun && choice.kind != Kind::kTime;
  if (numbered) visit(Field{"number"}, choice.number);
}

template <Is<Edit> T, typename Visitor>
void VisitFields(T& edit, Visitor&& visit) {
  static_assert(ListsAllOf<Edit, 10>());
  visit(Field{.name = "thread", .form = Form::kThread, .least = 1}, edit.thread);
  visit(Field{.name = "kind"}, edit.op);
  visit(Field{.name = "object", .form = Form::kObject}, edit.object);
  visit(Field{.name = "nth"}, edit.nth);
  visit(Field{.name = "round", .fallback = 0}, edit.round);
  visit(Field{.name = "repeat", .fallback = 0}, edit.repeat);
  visit(Field{.name = "blocked", .fallback = 0}, edit.blocked);
  visit(Field{.name = "draw", .fallback = 1, .least = 1}, edit.draw);
  visit(Field{.name = "choice"}, edit.choice);
  visit(Field{.name = "point", .fallback = 0, .decides = false}, edit.point);
}

template <Is<ExpectedVerdict> T, typename Visitor>
void VisitFields(T& verdict, Visitor&& visit) {
  static_assert(ListsAllOf<ExpectedVerdict, 4>());
  visit(Field{.name = "kind", .decides = false}, verdict.kind);
  visit(Field{.name = "signature", .decides = false}, verdict.signature);
  visit(Field{.name = "message", .decides = false}, verdict.message);
  visit(Field{.name = "thread", .form = Form::kThread, .fallback = 0, .decides = false},
        verdict.thread);
}

template <Is<Schedule> T, typename Visitor>
void VisitFields(T& schedule, Visitor&& visit) {
  static_assert(ListsAllOf<Schedule, 14>());
  visit(Field{.name = "tool", .decides = false}, schedule.tool);
  visit(Field{.name = "target", .decides = false}, schedule.target);
  visit(Field{.name = "build", .decides = false}, schedule.build);
  visit(Field{.name = "scenario", .least = 1}, schedule.scenario);
  visit(Field{.name = "parameters"}, schedule.parameters);
  visit(Field{.name = "origin"}, schedule.origin);
  visit(Field{.name = "threads", .fallback = 0, .decides = false}, schedule.thread_names);
  visit(Field{.name = "faults"}, schedule.faults);
  visit(Field{.name = "edits"}, schedule.edits);
  visit(Field{.name = "verdict", .decides = false}, schedule.verdict);
  visit(Field{.name = "points", .decides = false}, schedule.points);
  visit(Field{.name = "step_cap"}, schedule.step_cap);
  visit(Field{.name = "fingerprint", .form = Form::kHash, .decides = false}, schedule.fingerprint);
  visit(Field{.name = "checkpoints", .decides = false}, schedule.checkpoints);
}

// 128 bits over all fields that decide (Field::decides). Two schedules with one hash come to the
// same execution of one build; two that differ in a deciding field have it with probability 2^-128.
std::pair<uint64_t, uint64_t> DecidingHash(const Schedule& schedule);

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_VISIT_H_
