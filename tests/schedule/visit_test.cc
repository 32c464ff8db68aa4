// Each field of a schedule counts: changed by itself it gives another schedule, another text, and,
// if an execution depends on it, another hash. Which fields there are, VisitFields() says.
#include "sim/schedule/visit.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tests/schedule/samples.h"

namespace weir::sim {
namespace {

// Gives the n-th value that it visits another one.
class Flipper {
 public:
  explicit Flipper(size_t n) : left_(n) {}

  template <typename T>
  void operator()(const Field& field, T& value) {
    const std::string outer_path = path_;
    const bool outer_decides = decides_;
    path_ += std::string(".") + field.name;
    decides_ = decides_ && field.decides;
    Visit(field, value);
    path_ = outer_path;
    decides_ = outer_decides;
  }
  void Enter(const char*) {}
  void Leave() {}

  bool flipped = false;
  std::string flipped_path;
  bool flipped_decides = false;

 private:
  template <typename T>
  void Visit(const Field& field, T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string>) {
      if (Reached()) Flip(field, value);
    } else {
      VisitFields(value, *this);
    }
  }
  template <typename T>
  void Visit(const Field& field, std::vector<T>& items) {
    for (T& item : items) Visit(field, item);
  }
  void Visit(const Field& field, Parameter& parameter) {
    if (Reached()) parameter.name += "x";
    std::visit([&](auto& value) { Visit(field, value); }, parameter.value);
  }
  void Visit(const Field&, std::pair<std::string, std::string>& pair) {
    if (Reached()) pair.second += "x";
  }

  bool Reached() {
    if (left_-- != 0) return false;
    flipped = true;
    flipped_path = path_;
    flipped_decides = decides_;
    return true;
  }

  void Flip(const Field& field, std::string& text) {
    text = field.form == Form::kObject ? "fence.so+0x9999" : text + "x";
  }
  void Flip(const Field&, bool& flag) { flag = !flag; }
  template <typename T>
  requires std::is_integral_v<T>
  void Flip(const Field&, T& number) { ++number; }
  void Flip(const Field&, Op& op) { op = op == Op::kChoose ? Op::kMutexLock : Op::kChoose; }
  void Flip(const Field&, VerdictKind& kind) { kind = VerdictKind::kDeadlock; }
  void Flip(const Field&, Fault::Kind& kind) { kind = Fault::Kind::kCrash; }
  void Flip(const Field&, FaultKind& kind) { kind = FaultKind::kSlowProcess; }
  void Flip(const Field&, EditChoice::Kind& kind) {
    kind = kind == EditChoice::Kind::kTime ? EditChoice::Kind::kValue : EditChoice::Kind::kTime;
  }

  size_t left_;
  std::string path_;
  bool decides_ = true;
};

// With a choice of each kind.
Schedule WithAll() {
  Schedule schedule = SampleSchedule();
  schedule.edits.push_back({.thread = "worker-0/main",
                            .op = Op::kMutexLock,
                            .choice = {EditChoice::Kind::kFault, "", 3, FaultKind::kSlowThread}});
  return schedule;
}

TEST(VisitFields, EachChangedByItselfGivesAnotherScheduleTextAndHash) {
  const Schedule before = WithAll();
  size_t n = 0;
  for (;; ++n) {
    Schedule after = before;
    Flipper flipper(n);
    VisitFields(after, flipper);
    if (!flipper.flipped) break;
    EXPECT_NE(after, before) << flipper.flipped_path;
    EXPECT_NE(FormatSchedule(after), FormatSchedule(before)) << flipper.flipped_path;
    EXPECT_EQ(DecidingHash(after) != DecidingHash(before), flipper.flipped_decides)
        << flipper.flipped_path;
    // Not every change leaves a schedule that may be; one that may is read back.
    const absl::StatusOr<Schedule> read = ParseSchedule(FormatSchedule(after), "flipped");
    // (Of a choice of another kind, what that kind does not have is left in memory alone.)
    if (read.ok() && !flipper.flipped_path.ends_with(".choice.kind")) {
      EXPECT_EQ(*read, after) << flipper.flipped_path;
    }
  }
  EXPECT_GT(n, 60u);
}

// The names of the fields of one object, without those of its parts.
struct Names {
  template <typename T>
  void operator()(const Field& field, const T&) {
    names.insert(field.name);
  }
  void Enter(const char*) {}
  void Leave() {}
  std::set<std::string> names;
};

template <typename T>
size_t Listed(const T& object) {
  Names names;
  VisitFields(object, names);
  return names.names.size();
}

TEST(VisitFields, ListsEveryMember) {
  EXPECT_TRUE((ListsAllOf<Schedule, 14>()));
  EXPECT_EQ(Listed(Schedule()), 14u);
  EXPECT_TRUE((ListsAllOf<Edit, 10>()));
  EXPECT_EQ(Listed(Edit()), 10u);
  EXPECT_TRUE((ListsAllOf<Fault, 5>()));
  EXPECT_EQ(Listed(Fault()), 5u);
  EXPECT_TRUE((ListsAllOf<Origin, 5>()));
  EXPECT_EQ(Listed(Origin()), 5u);
  EXPECT_TRUE((ListsAllOf<ExpectedVerdict, 4>()));
  EXPECT_EQ(Listed(ExpectedVerdict()), 4u);
  Names choice;
  for (const Edit& edit : WithAll().edits) VisitFields(edit.choice, choice);
  EXPECT_EQ(choice.names.size(), 4u);
}

TEST(VisitFields, WhatAMinimiserTriesHasEachItsOwnHash) {
  Schedule schedule = WithAll();
  const auto stalls = DecidingHash(schedule);
  schedule.edits.back().choice.fault = FaultKind::kStall;
  EXPECT_NE(DecidingHash(schedule), stalls);
}

TEST(VisitFields, AnItemMayNotPassFromOneListIntoTheNext) {
  Schedule one;
  one.parameters = {{"a", std::string("bc")}};
  Schedule other;
  other.parameters = {{"ab", std::string("c")}};
  EXPECT_NE(DecidingHash(one), DecidingHash(other));
}

}  // namespace
}  // namespace weir::sim
