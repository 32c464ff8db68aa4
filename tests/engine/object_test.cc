#include "sim/engine/object.h"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

using Space = ObjectKey::Space;

TEST(Object, EachWrittenFormIsRead) {
  EXPECT_EQ(*ParseObject("-"), ObjectKey{});
  EXPECT_EQ(*ParseObject("fence.so+0x4030"),
            (ObjectKey{Space::kGlobal, PathHash("fence.so"), 0, 0x4030}));
  EXPECT_EQ(*ParseObject("worker-0/main:2+0x40"),
            (ObjectKey{Space::kHeap, PathHash("worker-0/main"), 2, 0x40}));
  EXPECT_EQ(*ParseObject("worker-0/main@0x1240"),
            (ObjectKey{Space::kStack, PathHash("worker-0/main"), 0, 0x1240}));
  EXPECT_EQ(*ParseObject("shm:/group+0x1240"),
            (ObjectKey{Space::kShared, PathHash("/group"), 0, 0x1240}));
  EXPECT_EQ(*ParseObject("shm:worker-0/main:1+0x8"),
            (ObjectKey{Space::kShared, PathHash("worker-0/main:1"), 0, 8}));
  EXPECT_EQ(*ParseObject("thread:worker-0/main.2"),
            (ObjectKey{Space::kThread, PathHash("worker-0/main.2"), 0, 0}));
  EXPECT_EQ(*ParseObject("process:worker-0"),
            (ObjectKey{Space::kProcess, PathHash("worker-0"), 0, 0}));
  EXPECT_EQ(*ParseObject("0x7f0012345678"), (ObjectKey{Space::kUnknown, 0, 0x7f0012345678, 0}));
}

TEST(Object, AnythingElseIsRefusedWithTheText) {
  for (const char* bad :
       {"", "nonsense", "fence.so+4030", "fence.so+0x", "worker:+0x1", "worker:x+0x1", "0xnothex",
        "a@b", "+0x10", "fence.so+0x11112222333344445"}) {
    const auto result = ParseObject(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(result.status().message().find(absl::string_view(bad)), absl::string_view::npos)
        << bad;
  }
}

TEST(Object, ThreadsOfOneParentHaveUnlikeHashes) {
  EXPECT_NE(PathHash("worker-0/main.1"), PathHash("worker-0/main.2"));
  EXPECT_NE(PathHash("worker-0/main"), PathHash("worker-1/main"));
}

}  // namespace
}  // namespace weir::sim
