// Which functions a declaration of order means, and which code makes order by itself.
#include "sim/posix/orders.h"

#include <gtest/gtest.h>

#include "sim/posix/unseen.h"

namespace weir::sim {
namespace {

TEST(Orders, AreOfTheFunctionThatIsNamedWhateverVersionItsNamespaceHas) {
  EXPECT_TRUE(IsFunctionDeclared("absl::Mutex::Lock", "absl::Mutex::Lock"));
  EXPECT_TRUE(IsFunctionDeclared("absl::lts_20220623::Mutex::Lock", "absl::Mutex::Lock"));
  EXPECT_TRUE(IsFunctionDeclared("mutex_lock", "mutex_lock"));
}

TEST(Orders, AreOfNoOtherFunction) {
  EXPECT_FALSE(IsFunctionDeclared("absl::lts_20220623::Mutex::LockSlow", "absl::Mutex::Lock"));
  EXPECT_FALSE(IsFunctionDeclared("absl::lts_20220623::TheMutex::Lock", "absl::Mutex::Lock"));
  EXPECT_FALSE(IsFunctionDeclared("other::absl::Mutex::Lock", "absl::Mutex::Lock"));
  EXPECT_FALSE(IsFunctionDeclared("absl::Lock", "absl::Mutex::Lock"));
  EXPECT_FALSE(IsFunctionDeclared("my_mutex_lock", "mutex_lock"));
}

TEST(SynchronisesByItself, WithLockedCompareExchangesAndFences) {
  EXPECT_TRUE(SynchronisesByItself({"\x90\xF0\x0F\xB1\x0A", 5}));      // lock cmpxchg
  EXPECT_TRUE(SynchronisesByItself({"\xF0\x48\x0F\xB1\x0A", 5}));      // ... of 8 bytes
  EXPECT_TRUE(SynchronisesByItself({"\xF0\x49\x0F\xC7\x09", 5}));      // lock cmpxchg16b
  EXPECT_TRUE(SynchronisesByItself({"\xF0\x83\x0C\x24\x00", 5}));      // lock orl $0, (%rsp)
  EXPECT_TRUE(SynchronisesByItself({"\xF0\x48\x83\x0C\x24\x00", 6}));  // lock orq $0, (%rsp)
  EXPECT_TRUE(SynchronisesByItself({"\xC3\x0F\xAE\xF0", 4}));          // mfence
}

TEST(SynchronisesByItself, NotWhereItCountsReferencesOrMerelyHasTheByte) {
  EXPECT_FALSE(SynchronisesByItself({"\xF0\xFF\x07\xC3", 4}));          // lock incl
  EXPECT_FALSE(SynchronisesByItself({"\xF0\x0F\xC1\x07\xC3", 5}));      // lock xadd
  EXPECT_FALSE(SynchronisesByItself({"\x8B\x45\xF0\x48\x01\xC8", 6}));  // -16(%rbp); add
  EXPECT_FALSE(SynchronisesByItself({"\x8B\x45\xF0", 3}));
  EXPECT_FALSE(SynchronisesByItself({"", 0}));
}

}  // namespace
}  // namespace weir::sim
