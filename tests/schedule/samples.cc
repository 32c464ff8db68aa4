#include "tests/schedule/samples.h"

#include "absl/strings/str_cat.h"

namespace weir::sim {

Schedule SampleSchedule() {
  Schedule schedule;
  schedule.tool = "0.1.0";
  schedule.target = "fence";
  schedule.build = "9f3c";
  schedule.scenario = "marker_burst";
  schedule.parameters = {{"workers", int64_t{2}},
                         {"first", int64_t{-9007199254740993}},
                         {"mode", std::string("delivery")}};
  schedule.origin = {7, 4711, "pct", 2};
  schedule.thread_names = {{"worker-0/main.2", "worker-0/reader-1"}};
  schedule.faults = {{Fault::Kind::kRestart, "worker-1", 1, "worker-1#1/main", 12}};
  schedule.edits = {
      {.thread = "worker-0/main",
       .op = Op::kFutexWake,
       .object = "shm:/group+0x1240",
       .nth = 3,
       .round = 1,
       .choice = {EditChoice::Kind::kRun, "worker-0/main.2", 0},
       .point = 17},
      {.thread = "worker-0/main.2",
       .op = Op::kAtomicLoad,
       .object = "worker-0/main:2+0x40",
       .repeat = 4,
       .blocked = true,
       .draw = 2,
       .choice = {EditChoice::Kind::kTime, "", 0}},
      {.thread = "coordinator/main",
       .op = Op::kMutexUnlock,
       .object = "fence.so+0x4030",
       .nth = 9007199254740993u,
       .choice = {EditChoice::Kind::kWake, "", 1}},
      {.thread = "coordinator/main",
       .op = Op::kChoose,
       .choice = {EditChoice::Kind::kValue, "", 5}},
  };
  schedule.verdict = {VerdictKind::kAssertion, "missed_marker-01ab",
                      "worker-1: 3 of 8 \"undelivered\"", "worker-0/main.2"};
  schedule.points = 5;
  schedule.step_cap = 5'000'000;
  schedule.fingerprint = 0xFEDCBA9876543210u;
  schedule.checkpoints = {1, 2, 3, 4, 0xABCDEF0000000005u};
  return schedule;
}

const char kSampleText[] = R"({
  "weir": 1,
  "tool": "0.1.0",
  "target": "fence",
  "build": "9f3c",
  "scenario": "marker_burst",
  "parameters": {"workers": 2, "first": "-9007199254740993", "mode": "delivery"},
  "origin": {"campaign_seed": "7", "index": "4711", "strategy": "pct", "depth": 2},
  "threads": {
    "worker-0/reader-1": "worker-0/main.2"
  },
  "faults": [
    {"kind": "restart", "process": "worker-1", "incarnation": 1, "at": {"thread": "worker-1#1/main", "op": 12}}
  ],
  "edits": [
    {"thread": "worker-0/main", "kind": "futex_wake", "object": "shm:/group+0x1240", "nth": 3, "round": 1, "choice": {"run": "worker-0/reader-1"}, "point": 17},
    {"thread": "worker-0/reader-1", "kind": "atomic_load", "object": "worker-0/main:2+0x40", "nth": 1, "repeat": 4, "blocked": true, "draw": 2, "choice": {"run": "time"}},
    {"thread": "coordinator/main", "kind": "mutex_unlock", "object": "fence.so+0x4030", "nth": "9007199254740993", "choice": {"wake": 1}},
    {"thread": "coordinator/main", "kind": "choose", "object": "-", "nth": 1, "choice": {"value": "5"}}
  ],
  "verdict": {
    "kind": "assertion",
    "signature": "missed_marker-01ab",
    "message": "worker-1: 3 of 8 \"undelivered\"",
    "thread": "worker-0/reader-1"
  },
  "points": 5,
  "step_cap": 5000000,
  "fingerprint": "fedcba9876543210",
  "checkpoints": [
    "0000000000000001", "0000000000000002", "0000000000000003", "0000000000000004",
    "abcdef0000000005"
  ]
}
)";

namespace {

std::string RandomText(Random& random) {
  static const char* const kPieces[] = {"a",  "worker-", "/main", "\"", "\\",
                                        "\n", "é",       "\x01",  "0",  "."};
  std::string text;
  for (uint32_t i = random.Below(6); i > 0; --i) text += kPieces[random.Below(std::size(kPieces))];
  return text;
}

std::string RandomThread(Random& random) {
  return absl::StrCat("p", random.Below(3), "/main.", random.Below(4));
}

uint64_t RandomNumber(Random& random) { return random.Bits64() >> random.Below(64); }

EditChoice RandomChoice(Random& random) {
  switch (random.Below(5)) {
    case 0:
      return {EditChoice::Kind::kRun, RandomThread(random), 0};
    case 1:
      return {EditChoice::Kind::kTime, "", 0};
    case 2:
      return {EditChoice::Kind::kWake, "", random.Bits()};
    case 3: {
      constexpr FaultKind kKinds[] = {FaultKind::kSlowThread,    FaultKind::kStall,
                                      FaultKind::kDelayedWakeup, FaultKind::kSpuriousWakeup,
                                      FaultKind::kClock,         FaultKind::kFailedCall};
      return {EditChoice::Kind::kFault, "", 1 + random.Below(kDelays),
              kKinds[random.Below(std::size(kKinds))]};
    }
    default:
      return {EditChoice::Kind::kValue, "", random.Bits()};
  }
}

Edit RandomEdit(Random& random) {
  static const char* const kObjects[] = {"-",          "t.so+0x1",   "a/main:2+0x40",
                                         "a/main@0x8", "shm:/g+0x0", "thread:a/main",
                                         "process:a",  "0x7f00"};
  Edit edit;
  edit.thread = RandomThread(random);
  edit.op = static_cast<Op>(random.Below(static_cast<uint32_t>(Op::kRound) + 1));
  edit.object = kObjects[random.Below(std::size(kObjects))];
  edit.nth = RandomNumber(random) | 1;
  edit.round = RandomNumber(random);
  edit.repeat = random.Below(3);
  edit.draw = 1 + random.Below(3);
  edit.choice = RandomChoice(random);
  edit.blocked = edit.choice.kind <= EditChoice::Kind::kTime && random.Below(2) == 0;
  edit.point = RandomNumber(random);
  return edit;
}

}  // namespace

Schedule RandomSchedule(Random& random) {
  Schedule schedule;
  schedule.tool = RandomText(random);
  schedule.target = RandomText(random);
  schedule.build = RandomText(random);
  schedule.scenario = "s" + RandomText(random);
  for (uint32_t i = random.Below(4); i > 0; --i) {
    Parameter parameter{absl::StrCat("parameter_", i), static_cast<int64_t>(RandomNumber(random))};
    if (random.Below(3) == 0) parameter.value = "n" + RandomText(random);
    schedule.parameters.push_back(parameter);
  }
  schedule.origin = {RandomNumber(random), RandomNumber(random), RandomText(random),
                     random.Below(3), random.Below(2) == 0 ? "" : RandomText(random)};
  for (uint32_t i = random.Below(4); i > 0; --i) {
    const auto kind = random.Below(2) == 0 ? Fault::Kind::kCrash : Fault::Kind::kRestart;
    schedule.faults.push_back({kind, "p" + RandomText(random), random.Below(3),
                               RandomThread(random), 1 + random.Below((1u << 31) - 1)});
  }
  for (uint32_t i = random.Below(20); i > 0; --i) schedule.edits.push_back(RandomEdit(random));
  if (random.Below(2) == 0) {
    schedule.thread_names = {{"p0/main.1", "p0/reader"}, {"p1/main.2", "p1/wri\"ter"}};
  }
  schedule.verdict = {static_cast<VerdictKind>(random.Below(8)), RandomText(random),
                      RandomText(random), random.Below(2) == 0 ? RandomThread(random) : ""};
  schedule.points = 40 + RandomNumber(random) / 2;
  schedule.step_cap = RandomNumber(random);
  schedule.fingerprint = random.Bits64();
  for (uint32_t i = random.Below(40); i > 0; --i) schedule.checkpoints.push_back(random.Bits64());
  return schedule;
}

}  // namespace weir::sim
