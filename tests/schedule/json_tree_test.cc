#include "sim/schedule/json_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::sim {
namespace {

TEST(JsonTree, KnowsTheLineOfEveryValue) {
  const absl::StatusOr<JsonNode> root = ParseJson(
      "\n{\n\"a\": 1\n,\n\"b\": [ -2\n,\n\"x\"\n,\ntrue\n,\n{\n},\n[\n]\n,1.5\n,null\n]\n}\n", "f");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->line, 2);
  EXPECT_EQ(root->items[0].line, 3);  // the number ends its line
  const JsonNode& b = root->items[1];
  EXPECT_EQ(b.line, 5);
  const int lines[] = {5, 7, 9, 11, 13, 15, 16};
  ASSERT_EQ(b.items.size(), std::size(lines));
  for (size_t i = 0; i < std::size(lines); ++i) EXPECT_EQ(b.items[i].line, lines[i]) << i;
}

TEST(JsonTree, KeepsIntegersWhole) {
  const absl::StatusOr<JsonNode> root =
      ParseJson("[18446744073709551615, -9223372036854775808, 18446744073709551616, -0]", "f");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->items[0].number, 18446744073709551615u);
  EXPECT_EQ(root->items[1].kind, JsonNode::Kind::kNegative);
  EXPECT_EQ(root->items[1].number, uint64_t{1} << 63);
  EXPECT_EQ(root->items[2].kind, JsonNode::Kind::kOther);
  EXPECT_EQ(root->items[3].kind, JsonNode::Kind::kUnsigned);
}

TEST(JsonTree, RefusesWhatNestsTooDeeply) {
  const std::string open(kMaxJsonDepth, '['), close(kMaxJsonDepth, ']');
  EXPECT_TRUE(ParseJson(open + close, "f").ok());
  EXPECT_EQ(ParseJson("[\n" + open + close + "]", "f").status().message(),
            "f:2: nested deeper than 16 levels");
  EXPECT_FALSE(ParseJson(std::string(1 << 20, '['), "f").ok());
}

TEST(JsonTree, TellsOneNameTwiceInAnObjectOnly) {
  EXPECT_TRUE(ParseJson("{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}", "f").ok());
  EXPECT_EQ(ParseJson("{\"a\": 1,\n\"b\": 2,\n\"a\": 3}", "f").status().message(),
            "f:3: \"a\" stands here twice");
}

TEST(JsonTree, RefusesWhatIsNoJson) {
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\" 1}", "nul", "'a'", "1 2", "\xEF\xBB",
                           "[1] x", "\"\x01\"", "\"\xFF\"", "01", "+1", "// c\n1"}) {
    EXPECT_FALSE(ParseJson(text, "f").ok()) << text;
  }
}

TEST(JsonTree, DescribesAValueInFewWords) {
  EXPECT_EQ(Describe(*ParseJson("[]", "f")), "an array");
  EXPECT_EQ(Describe(*ParseJson("{}", "f")), "an object");
  EXPECT_EQ(Describe(*ParseJson("\"a\\nb\"", "f")), "\"a\\nb\"");
  EXPECT_EQ(Describe(*ParseJson("\"" + std::string(100, 'x') + "\"", "f")),
            "\"" + std::string(40, 'x') + "…\"");
}

}  // namespace
}  // namespace weir::sim
