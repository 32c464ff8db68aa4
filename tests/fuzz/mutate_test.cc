#include "fuzz/schedule/mutate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace weir::sim {
namespace {

using Kind = InputEdit::Kind;

const std::vector<ParameterSpec> kParameters = {{"workers", 1, 8, 2, {}},
                                                {"mode", 0, 2, 0, {"a", "b", "c"}}};
constexpr SeenThread kSeen[] = {{.thread = 11, .decisions = 100, .rounds = 3},
                                {.thread = 22, .decisions = 7, .rounds = 0}};

FuzzInput Example() {
  return {"fence",
          "marker_burst",
          {3, 1},
          {{.kind = Kind::kRun, .round = 1, .nth = 5, .thread = 11, .number = 22},
           {.kind = Kind::kOrder, .round = 2, .nth = 3 << 16 | 4, .thread = 22, .number = 11}}};
}

Vocabulary Known() {
  Vocabulary vocabulary;
  vocabulary.Add(kSeen);
  return vocabulary;
}

TEST(Mutate, GivesInputsThatCanBeReadAndStaysWithinTheLimits) {
  const Vocabulary vocabulary = Known();
  FuzzInput input = Example();
  for (uint32_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    Mutate(input, vocabulary, {.parameters = kParameters, .most_edits = 12}, random);
    EXPECT_LE(input.edits.size(), 12u);
    const absl::StatusOr<FuzzInput> read = ParseFuzzInput(FormatFuzzInput(input), "input");
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(*read, input);
    ASSERT_EQ(input.scenario, "marker_burst");
    for (size_t i = 0; i < input.values.size(); ++i) {
      EXPECT_GE(input.values[i], kParameters[i].least);
      EXPECT_LE(input.values[i], kParameters[i].most);
    }
  }
}

// Of each kind of edit, each fault and each value of a parameter.
TEST(Mutate, ComesToAllThatThereIs) {
  const Vocabulary vocabulary = Known();
  std::set<Kind> kinds;
  std::set<int> faults;
  std::set<int64_t> workers, modes;
  std::set<uint32_t> threads;
  std::set<uint16_t> rounds;
  for (uint32_t seed = 0; seed < 3'000; ++seed) {
    FuzzInput input = Example();
    Random random(seed);
    Mutate(input, vocabulary, {.parameters = kParameters}, random);
    for (const InputEdit& edit : input.edits) {
      kinds.insert(edit.kind);
      if (edit.kind == Kind::kRun) threads.insert(edit.thread), rounds.insert(edit.round);
      const bool has_fault = edit.kind == Kind::kInject || edit.kind == Kind::kPause;
      if (has_fault) faults.insert(edit.fault);
    }
    if (!input.values.empty()) workers.insert(input.values[0]), modes.insert(input.values[1]);
  }
  EXPECT_EQ(kinds.size(), size_t{InputEdit::kKinds});
  EXPECT_EQ(faults.size(), kFaultKinds - 3);  // a crash, a restart and a timeout are not written so
  EXPECT_EQ(workers.size(), 8u);
  EXPECT_EQ(modes.size(), 3u);
  EXPECT_EQ(threads, (std::set<uint32_t>{11, 22}));
  EXPECT_GE(rounds.size(), 4u);
}

TEST(Mutate, HasNoFaultThatIsNotAllowed) {
  const Vocabulary vocabulary = Known();
  for (uint32_t seed = 0; seed < 3'000; ++seed) {
    FuzzInput input = Example();
    Random random(seed);
    Mutate(input, vocabulary, {.parameters = kParameters, .faults = FaultSet::None()}, random);
    for (const InputEdit& edit : input.edits) {
      ASSERT_TRUE(edit.kind != Kind::kInject && edit.kind != Kind::kPause &&
                  edit.kind != Kind::kLife && edit.kind != Kind::kTime);
    }
  }
}

TEST(Mutate, IsAFunctionOfItsSeed) {
  const Vocabulary vocabulary = Known();
  FuzzInput one = Example(), other = Example();
  Random first(7), second(7);
  Mutate(one, vocabulary, {.parameters = kParameters}, first);
  Mutate(other, vocabulary, {.parameters = kParameters}, second);
  EXPECT_EQ(one, other);
}

TEST(Splice, TakesOneUpToABarrierAndTheOtherFromThere) {
  FuzzInput early = Example(), late = Example();
  early.edits.clear(), late.edits.clear();
  for (uint16_t round = 0; round < 8; ++round) {
    early.edits.push_back({.round = round, .thread = 1});
    late.edits.push_back({.round = round, .thread = 2});
  }
  std::set<uint16_t> cuts;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const FuzzInput spliced = Splice(early, late, random);
    ASSERT_EQ(spliced.edits.size(), 8u);
    uint16_t cut = 8;
    for (const InputEdit& edit : spliced.edits) {
      if (edit.thread == 2) cut = std::min(cut, edit.round);
    }
    for (const InputEdit& edit : spliced.edits) EXPECT_EQ(edit.thread, edit.round < cut ? 1u : 2u);
    cuts.insert(cut);
  }
  EXPECT_EQ(cuts.size(), 8u);  // one of `early` at least
}

TEST(Splice, OfOneRoundTakesSomeOfBoth) {
  FuzzInput one = Example(), other = Example();
  one.edits.assign(20, {.thread = 1});
  other.edits.assign(20, {.thread = 2});
  Random random(1);
  const FuzzInput spliced = Splice(one, other, random);
  EXPECT_GT(std::ranges::count(spliced.edits, 1u, &InputEdit::thread), 0);
  EXPECT_GT(std::ranges::count(spliced.edits, 2u, &InputEdit::thread), 0);
}

}  // namespace
}  // namespace weir::sim
