#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/schedule/schedule.h"
#include "tests/schedule/samples.h"

namespace weir::sim {
namespace {

// The error of the sample in which the first `from` is replaced by `to`.
std::string ErrorWith(const std::string& from, const std::string& to) {
  std::string text = kSampleText;
  const size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  if (place == std::string::npos) return "";
  text.replace(place, from.size(), to);
  const absl::StatusOr<Schedule> read = ParseSchedule(text, "m.weir.json");
  EXPECT_FALSE(read.ok()) << "accepted " << to;
  if (read.ok()) return "";
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(read.status().message());
}

struct Corruption {
  const char* from;
  const char* to;
  const char* error;
};

void PrintTo(const Corruption& corruption, std::ostream* out) { *out << corruption.to; }

class EveryField : public testing::TestWithParam<Corruption> {};

TEST_P(EveryField, IsCheckedAndItsPlaceIsTold) {
  EXPECT_EQ(ErrorWith(GetParam().from, GetParam().to),
            absl::StrCat("m.weir.json:", GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Parse, EveryField,
    testing::Values(
        // Version.
        Corruption{"\"weir\": 1", "\"weir\": 2",
                   "2: weir: format version 2 is newer than this weir, which reads 1"},
        Corruption{"\"weir\": 1", "\"weir\": 2, \"colour\": []",
                   "2: weir: format version 2 is newer than this weir, which reads 1"},
        Corruption{"\"weir\": 1", "\"weir\": 0",
                   "2: weir: expected an integer from 1 to 18446744073709551615, got 0"},
        Corruption{"\"weir\": 1", "\"weir\": \"one\"",
                   "2: weir: expected a positive integer, got \"one\""},
        Corruption{"\"weir\": 1,", "", "1: weir: is missing"},
        // Texts.
        Corruption{"\"0.1.0\"", "1", "3: tool: expected a string, got 1"},
        Corruption{"\"fence\"", "null", "4: target: expected a string, got null"},
        Corruption{"\"9f3c\"", "{}", "5: build: expected a string, got an object"},
        Corruption{"\"marker_burst\"", "true", "6: scenario: expected a string, got true"},
        Corruption{"\"marker_burst\"", "\"\"", "6: scenario: may not be empty"},
        Corruption{"\"scenario\": \"marker_burst\",", "", "1: scenario: is missing"},
        // Parameters.
        Corruption{"{\"workers\": 2", "[], \"x\": {\"workers\": 2",
                   "7: parameters: expected an object, got an array"},
        Corruption{
            "\"workers\": 2", "\"workers\": 2.5",
            "7: parameters.workers: expected an integer (as a decimal string beyond 2^53) or a "
            "name, got 2.5"},
        Corruption{
            "\"workers\": 2", "\"workers\": 9007199254740993",
            "7: parameters.workers: expected an integer (as a decimal string beyond 2^53) or a "
            "name, got 9007199254740993"},
        Corruption{
            "\"workers\": 2", "\"workers\": -9007199254740993",
            "7: parameters.workers: expected an integer (as a decimal string beyond 2^53) or a "
            "name, got -9007199254740993"},
        Corruption{"\"workers\": 2", "\"workers\": 2, \"workers\": 3",
                   "7: \"workers\" stands here twice"},
        // Origin.
        Corruption{"\"campaign_seed\": \"7\"", "\"campaign_seed\": 7",
                   "8: origin.campaign_seed: expected a decimal string such as \"4711\", got 7"},
        Corruption{
            "\"campaign_seed\": \"7\"", "\"campaign_seed\": \"07\"",
            "8: origin.campaign_seed: expected a decimal string such as \"4711\", got \"07\""},
        Corruption{"\"index\": \"4711\"", "\"index\": \"18446744073709551616\"",
                   "8: origin.index: expected a decimal string such as \"4711\", got "
                   "\"18446744073709551616\""},
        Corruption{"\"strategy\": \"pct\"", "\"strategy\": 0",
                   "8: origin.strategy: expected a string, got 0"},
        Corruption{"\"depth\": 2", "\"depth\": -2",
                   "8: origin.depth: expected a non-negative integer, got -2"},
        Corruption{"\"depth\": 2", "\"deep\": 2", "8: origin.deep: unknown field"},
        // Threads.
        Corruption{"\"worker-0/reader-1\": \"worker-0/main.2\"", "\"time\": \"worker-0/main.2\"",
                   "10: threads.time: this name means something else already"},
        Corruption{"\"worker-0/reader-1\": \"worker-0/main.2\"", "\"a\": \"b\",\n\"b\": \"c\"",
                   "11: threads.b: this name means something else already"},
        Corruption{"\"worker-0/reader-1\": \"worker-0/main.2\"", "\"a\": \"b\", \"c\": \"b\"",
                   "9: threads: two names for one thread"},
        Corruption{"\"worker-0/reader-1\": \"worker-0/main.2\"", "\"a\": 5",
                   "10: threads.a: expected a string, got 5"},
        Corruption{"\"worker-0/reader-1\": \"worker-0/main.2\"", "\"\": \"b\"",
                   "10: threads.: may not be empty"},
        // Faults.
        Corruption{"\"faults\": [", "\"faults\": 3, \"x\": [",
                   "12: faults: expected an array, got 3"},
        Corruption{"\"kind\": \"restart\"", "\"kind\": \"stall\"",
                   "13: faults[0].kind: expected crash or restart, got \"stall\""},
        Corruption{"\"process\": \"worker-1\"", "\"process\": \"\"",
                   "13: faults[0].process: may not be empty"},
        Corruption{"\"incarnation\": 1", "\"incarnation\": 4294967296",
                   "13: faults[0].incarnation: expected an integer from 0 to 4294967295, got "
                   "4294967296"},
        Corruption{"\"at\": {", "\"at\": 5, \"x\": {",
                   "13: faults[0].at: expected an object, got 5"},
        Corruption{"\"op\": 12", "\"op\": 0",
                   "13: faults[0].at.op: expected an integer from 1 to 2147483647, got 0"},
        Corruption{"\"op\": 12", "\"op\": 2147483648",
                   "13: faults[0].at.op: expected an integer from 1 to 2147483647, got 2147483648"},
        Corruption{"\"op\": 12", "\"op\": 12, \"step\": 3", "13: faults[0].at.step: unknown field"},
        // Edits.
        Corruption{"{\"thread\": \"worker-0/main\"", "7, {\"thread\": \"worker-0/main\"",
                   "16: edits[0]: expected an object, got 7"},
        Corruption{"\"thread\": \"worker-0/main\"", "\"thread\": \"\"",
                   "16: edits[0].thread: may not be empty"},
        Corruption{"\"thread\": \"worker-0/main\", ", "", "16: edits[0].thread: is missing"},
        Corruption{"\"futex_wake\"", "\"futex_sleep\"",
                   "16: edits[0].kind: unknown kind of operation \"futex_sleep\""},
        Corruption{"\"shm:/group+0x1240\"", "\"here\"",
                   "16: edits[0].object: expected an object such as \"shm:/group+0x40\" or "
                   "\"worker-0/main:2+0x40\", got \"here\""},
        Corruption{"\"nth\": 3", "\"nth\": \"x\"",
                   "16: edits[0].nth: expected a non-negative integer, got \"x\""},
        Corruption{"\"nth\": 3", "\"nth\": \"3\"",
                   "16: edits[0].nth: expected a non-negative integer, got \"3\""},
        Corruption{"\"nth\": 3", "\"nth\": -1",
                   "16: edits[0].nth: expected a non-negative integer, got -1"},
        Corruption{"\"nth\": 3", "\"nth\": 9007199254740993",
                   "16: edits[0].nth: expected a decimal string for an integer above 2^53, got "
                   "9007199254740993"},
        Corruption{
            "\"nth\": 3", "\"nth\": 1e30",
            "16: edits[0].nth: expected an integer from 0 to 18446744073709551615, got 1e30"},
        Corruption{"\"nth\": 3", "\"nth\": 1e999",
                   "16: not valid JSON: number overflow parsing '1e999'"},
        Corruption{
            "\"nth\": \"9007199254740993\"", "\"nth\": \"99999999999999999999\"",
            "18: edits[2].nth: expected a non-negative integer, got \"99999999999999999999\""},
        Corruption{"\"round\": 1", "\"round\": -1",
                   "16: edits[0].round: expected a non-negative integer, got -1"},
        Corruption{"\"repeat\": 4", "\"repeat\": true",
                   "17: edits[1].repeat: expected a non-negative integer, got true"},
        Corruption{"\"blocked\": true", "\"blocked\": 1",
                   "17: edits[1].blocked: expected true or false, got 1"},
        Corruption{"\"draw\": 2", "\"draw\": 0",
                   "17: edits[1].draw: expected an integer from 1 to 4294967295, got 0"},
        Corruption{"\"choice\": {\"run\": \"worker-0/reader-1\"}", "\"choice\": {}",
                   "16: edits[0].choice: expected exactly one of run, wake, value, fault"},
        Corruption{"{\"wake\": 1}", "{\"wake\": 1, \"value\": \"2\"}",
                   "18: edits[2].choice: expected exactly one of run, wake, value, fault"},
        Corruption{"{\"wake\": 1}", "{\"sleep\": 1}",
                   "18: edits[2].choice.sleep: unknown choice; there are run, wake, value, fault"},
        Corruption{"{\"wake\": 1}", "{\"wake\": -1}",
                   "18: edits[2].choice.wake: expected a non-negative integer, got -1"},
        Corruption{"{\"wake\": 1}", "{\"run\": \"\"}", "18: edits[2].choice.run: may not be empty"},
        Corruption{"{\"wake\": 1}", "{\"fault\": \"slow_thred\", \"delay_ns\": 1000}",
                   "18: edits[2].choice.fault: unknown fault of a point \"slow_thred\""},
        Corruption{"{\"wake\": 1}", "{\"fault\": \"crash\", \"delay_ns\": 1000}",
                   "18: edits[2].choice.fault: unknown fault of a point \"crash\""},
        Corruption{"{\"wake\": 1}", "{\"fault\": \"slow_thread\"}",
                   "18: edits[2].choice.delay_ns: is missing"},
        Corruption{"{\"wake\": 1}", "{\"fault\": \"slow_thread\", \"delay_ns\": 1500}",
                   "18: edits[2].choice.delay_ns: expected 1000 times a power of two"},
        Corruption{
            "{\"wake\": 1}", "{\"fault\": \"slow_thread\", \"delay_ns\": 0}",
            "18: edits[2].choice.delay_ns: expected an integer from 1000 to 1048576000, got 0"},
        Corruption{"{\"wake\": 1}", "{\"fault\": \"slow_thread\", \"delay_ns\": 1000, \"wake\": 1}",
                   "18: edits[2].choice.wake: unknown field"},
        Corruption{"{\"wake\": 1}", "5", "18: edits[2].choice: expected an object, got 5"},
        Corruption{"{\"value\": \"5\"}", "{\"value\": 5}",
                   "19: edits[3].choice.value: expected a decimal string such as \"4711\", got 5"},
        Corruption{"{\"value\": \"5\"}", "{\"value\": \"4294967296\"}",
                   "19: edits[3].choice.value: is above 4294967295"},
        Corruption{"\"choice\": {\"value\": \"5\"}",
                   "\"blocked\": true, \"choice\": {\"value\": \"5\"}",
                   "19: edits[3].choice: a blocked thread can only choose who runs"},
        Corruption{"\"point\": 17", "\"point\": \"17\"",
                   "16: edits[0].point: expected a non-negative integer, got \"17\""},
        Corruption{"\"point\": 17", "\"points\": 17", "16: edits[0].points: unknown field"},
        // Verdict.
        Corruption{"\"kind\": \"assertion\"", "\"kind\": \"bad\"",
                   "22: verdict.kind: unknown verdict \"bad\""},
        Corruption{"\"signature\": \"missed_marker-01ab\",", "",
                   "21: verdict.signature: is missing"},
        Corruption{"\"message\": \"", "\"message\": 4, \"x\": \"",
                   "24: verdict.message: expected a string, got 4"},
        Corruption{"\"thread\": \"worker-0/reader-1\"\n", "\"thread\": []\n",
                   "25: verdict.thread: expected a string, got an array"},
        // The rest.
        Corruption{"\"points\": 5", "\"points\": 4",
                   "30: checkpoints: 5 of them, but only 4 points"},
        Corruption{"\"points\": 5", "\"points\": []",
                   "27: points: expected a non-negative integer, got an array"},
        Corruption{"\"step_cap\": 5000000", "\"step_cap\": 0.5",
                   "28: step_cap: expected an integer from 0 to 18446744073709551615, got 0.5"},
        Corruption{"fedcba9876543210", "fedcba987654321",
                   "29: fingerprint: expected 16 hexadecimal digits, got \"fedcba987654321\""},
        Corruption{"fedcba9876543210", "FEDCBA9876543210",
                   "29: fingerprint: expected 16 hexadecimal digits, got \"FEDCBA9876543210\""},
        Corruption{"\"abcdef0000000005\"", "5",
                   "32: checkpoints[4]: expected 16 hexadecimal digits, got 5"},
        Corruption{"\"points\": 5", "\"points\": 5, \"colour\": \"red\"",
                   "27: colour: unknown field"}));

TEST(Parse, RefusesEveryTruncationOfAFile) {
  std::string whole = kSampleText;
  whole.resize(whole.find_last_of('}') + 1);
  for (size_t size = 0; size < whole.size(); ++size) {
    const absl::StatusOr<Schedule> read = ParseSchedule(whole.substr(0, size), "cut.weir.json");
    ASSERT_FALSE(read.ok()) << size;
    const auto line = 1 + std::count(whole.begin(), whole.begin() + static_cast<long>(size), '\n');
    ASSERT_TRUE(read.status().message().find(absl::StrCat("cut.weir.json:", line, ": ")) == 0)
        << size << ": " << read.status();
  }
}

TEST(Parse, EveryFieldThatIsRemovedIsMissed) {
  // Each line of the top level, but for "threads", is needed.
  for (const char* name : {"tool", "target", "build", "scenario", "parameters", "origin", "points",
                           "step_cap", "fingerprint"}) {
    std::string text = kSampleText;
    const size_t begin = text.find(absl::StrCat("  \"", name, "\": "));
    ASSERT_NE(begin, std::string::npos) << name;
    text.erase(begin, text.find('\n', begin) + 1 - begin);
    const absl::StatusOr<Schedule> read = ParseSchedule(text, "f");
    ASSERT_FALSE(read.ok()) << name;
    EXPECT_EQ(read.status().message(), absl::StrCat("f:1: ", name, ": is missing"));
  }
}

TEST(Parse, NoChangedByteCrashesIt) {
  const std::string whole = kSampleText;
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    std::string text = whole;
    for (uint32_t i = 1 + random.Below(3); i > 0; --i) {
      text[random.Below(static_cast<uint32_t>(text.size()))] = static_cast<char>(random.Below(256));
    }
    const absl::StatusOr<Schedule> read = ParseSchedule(text, "f");
    if (read.ok()) {
      EXPECT_TRUE(ParseSchedule(FormatSchedule(*read), "again").ok()) << "seed " << seed;
    }
  }
}

TEST(Parse, RefusesWhatIsNoObject) {
  for (const char* text : {"[]", "null", "5", "\"weir\"", "true"}) {
    const absl::StatusOr<Schedule> read = ParseSchedule(text, "f");
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_TRUE(read.status().message().find("f:1: expected an object, got ") == 0)
        << read.status();
  }
}

}  // namespace
}  // namespace weir::sim
