// What the detector knows of who is ordered before whom, and of which bytes.
#include "sim/engine/race.h"

#include <gtest/gtest.h>

#include <memory>

namespace weir::sim {
namespace {

constexpr RaceThread kMain = 0;
constexpr RaceThread kFirst = 1;
constexpr RaceThread kSecond = 2;
constexpr uint64_t kData = 0x1000;
constexpr uint64_t kFlag = 0x2000;

class Race : public testing::Test {
 protected:
  void SetUp() override {
    auto created = RaceDetector::Create();
    ASSERT_TRUE(created.ok()) << created.status();
    races_ = *std::move(created);
    Start();
  }

  // Two threads that main has started.
  void Start() {
    races_->StartThread(kMain, nullptr);
    races_->StartThread(kFirst, &kMain);
    races_->StartThread(kSecond, &kMain);
  }

  bool Touch(RaceThread thread, uint64_t place, uint32_t bytes, bool write, bool atomic = false,
             RaceDetector::Ignores ignores = nullptr) {
    return races_->Access(thread, {place, bytes, write, atomic, {{thread + 1u, 0, 0, 0}}}, ignores);
  }
  bool Write(RaceThread thread, uint64_t place = kData, uint32_t bytes = 8) {
    return Touch(thread, place, bytes, true);
  }
  bool Read(RaceThread thread, uint64_t place = kData, uint32_t bytes = 8) {
    return Touch(thread, place, bytes, false);
  }

  std::unique_ptr<RaceDetector> races_;
};

TEST_F(Race, IsTwoAccessesOfWhichOneWritesAndNothingOrders) {
  EXPECT_TRUE(Write(kFirst));
  EXPECT_FALSE(Read(kSecond));
  EXPECT_EQ(races_->conflict().thread, kFirst);
  EXPECT_TRUE(races_->conflict().write);
  EXPECT_EQ(races_->conflict().sites.at[0], kFirst + 1u);
  EXPECT_EQ(races_->conflict().current.at[0], kSecond + 1u);
}

TEST_F(Race, WithMemoryThatWasGivenBackSaysSo) {
  EXPECT_TRUE(Write(kFirst));
  EXPECT_TRUE(races_->Access(kFirst, {kData, 8, true, false, {}, true}, nullptr));
  EXPECT_FALSE(Read(kSecond));
  EXPECT_TRUE(races_->conflict().frees);
  EXPECT_FALSE(Read(kSecond, kData + 4, 4));
  EXPECT_TRUE(races_->conflict().frees);
  races_->Forget(kData, 8);  // it has been given out again
  EXPECT_TRUE(Write(kFirst));
  EXPECT_FALSE(Read(kSecond));
  EXPECT_FALSE(races_->conflict().frees);
}

TEST_F(Race, IsNoneAmongReads) {
  EXPECT_TRUE(Read(kFirst));
  EXPECT_TRUE(Read(kSecond));
}

TEST_F(Race, IsFoundWithEachOfSeveralReaders) {
  EXPECT_TRUE(Read(kFirst));
  EXPECT_TRUE(Read(kSecond));
  races_->Join(kMain, kSecond);
  // Of the last reader it knows; of the one before it does not.
  EXPECT_FALSE(Write(kMain));
  EXPECT_EQ(races_->conflict().thread, kFirst);
  EXPECT_FALSE(races_->conflict().write);
}

TEST_F(Race, EndsWhereAllReadersAreKnown) {
  EXPECT_TRUE(Read(kFirst));
  EXPECT_TRUE(Read(kSecond));
  races_->Join(kMain, kFirst);
  races_->Join(kMain, kSecond);
  EXPECT_TRUE(Write(kMain));
}

TEST_F(Race, IsOfBytesAndNotOfWords) {
  EXPECT_TRUE(Write(kFirst, kData, 4));
  EXPECT_TRUE(Write(kSecond, kData + 4, 4));
  EXPECT_TRUE(Write(kSecond, kData + 4, 2));
  EXPECT_FALSE(Write(kFirst, kData + 5, 1));
  EXPECT_EQ(races_->conflict().place, kData + 5);
  EXPECT_EQ(races_->conflict().bytes, 1u);
}

TEST_F(Race, IsSeenAcrossTheEdgeOfAWord) {
  EXPECT_TRUE(Write(kFirst, kData + 6, 4));
  EXPECT_TRUE(Read(kSecond, kData + 10, 2));
  EXPECT_FALSE(Read(kSecond, kData + 8, 2));
}

TEST_F(Race, OfSplitBytesIsStillSeenAfterAWriteOfAll) {
  for (uint32_t byte = 0; byte < 8; ++byte) EXPECT_TRUE(Write(kFirst, kData + byte, 1));
  EXPECT_TRUE(Read(kFirst, kData + 3, 2));
  EXPECT_TRUE(Write(kFirst, kData, 8));
  for (uint32_t byte = 0; byte < 8; ++byte) EXPECT_FALSE(Read(kSecond, kData + byte, 1)) << byte;
}

TEST_F(Race, IsNoneBetweenAtomics) {
  EXPECT_TRUE(Touch(kFirst, kFlag, 4, true, true));
  EXPECT_TRUE(Touch(kSecond, kFlag, 4, true, true));
  EXPECT_TRUE(Touch(kFirst, kFlag, 4, false, true));
}

TEST_F(Race, OfAPlainAccessIsFoundWithEachOfSeveralAtomicOnes) {
  EXPECT_TRUE(Touch(kFirst, kFlag, 4, true, true));
  EXPECT_TRUE(Touch(kSecond, kFlag, 4, true, true));
  races_->Join(kMain, kSecond);
  EXPECT_FALSE(Read(kMain, kFlag, 4));
  EXPECT_EQ(races_->conflict().thread, kFirst);
  EXPECT_TRUE(races_->conflict().atomic);
}

TEST_F(Race, OfAChildWithWhatItsParentDidLaterIsFound) {
  constexpr RaceThread kChild = 3;
  EXPECT_TRUE(Write(kMain, kData));
  races_->StartThread(kChild, &kMain);
  EXPECT_TRUE(Write(kMain, kData + 64));
  EXPECT_TRUE(Write(kChild, kData));
  EXPECT_FALSE(Write(kChild, kData + 64));
}

// --- what orders

TEST_F(Race, IsOrderedByReleaseAndAcquire) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_TRUE(Write(kSecond));
  // What the first one does after its release is not meant.
  EXPECT_TRUE(Write(kFirst, kData + 64));
  EXPECT_FALSE(Write(kSecond, kData + 64));
}

TEST_F(Race, IsNotOrderedByARelaxedStore) {
  EXPECT_TRUE(Write(kFirst));
  races_->RelaxedStore(kFirst, kFlag, 4);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond));
}

TEST_F(Race, IsNotOrderedByARelaxedLoad) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->AcquireLater(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond));
}

TEST_F(Race, IsOrderedByFencesAroundRelaxedOperations) {
  EXPECT_TRUE(Write(kFirst));
  races_->FenceRelease(kFirst);
  EXPECT_TRUE(Write(kFirst, kData + 64));  // after the fence
  races_->RelaxedStore(kFirst, kFlag, 4);
  races_->AcquireLater(kSecond, kFlag, 4);
  races_->FenceAcquire(kSecond);
  EXPECT_TRUE(Write(kSecond));
  EXPECT_FALSE(Write(kSecond, kData + 64));
}

TEST_F(Race, IsNotOrderedByAFenceBeforeTheLoad) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->FenceAcquire(kSecond);
  races_->AcquireLater(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond));
}

TEST_F(Race, IsOrderedAlongAReleaseSequence) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->AcquireLater(kMain, kFlag, 4);  // a relaxed read-modify-write
  races_->RelaxedMore(kMain, kFlag);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_TRUE(Write(kSecond));
}

TEST_F(Race, IsNotOrderedWhereAStoreEndsTheReleaseSequence) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->RelaxedStore(kMain, kFlag, 4);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond));
}

TEST_F(Race, IsOrderedByOneCounterOfAPairAndNotByTheOther) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag + 4, 4);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond));
  races_->Acquire(kSecond, kFlag, 8);  // both at once
  EXPECT_TRUE(Write(kSecond));
}

TEST_F(Race, MovesWhatHasBeenReleased) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseMore(kFirst, kFlag);
  races_->MoveRelease(kFlag + 1, kFlag);
  EXPECT_TRUE(Write(kMain, kData + 64));
  races_->ReleaseMore(kMain, kFlag);  // for the next round
  races_->Acquire(kSecond, kFlag + 1);
  EXPECT_TRUE(Write(kSecond));
  EXPECT_FALSE(Write(kSecond, kData + 64));
}

TEST_F(Race, KnowsPlacesBeyondThoseThatAreFoundByNumber) {
  constexpr uint64_t kFar = (uint64_t{1} << 62) + 0x40;
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFar, 4);
  races_->Acquire(kSecond, kFar + 8, 4);
  EXPECT_FALSE(Write(kSecond));
  races_->Acquire(kSecond, kFar, 4);
  EXPECT_TRUE(Write(kSecond));
}

// --- memory that comes back

TEST_F(Race, IsNoneWithForgottenMemory) {
  EXPECT_TRUE(Write(kFirst, kData, 64));
  races_->ReleaseStore(kFirst, kData, 8);
  races_->Forget(kData, 64);
  EXPECT_TRUE(Write(kSecond, kData, 64));
  // Neither is what was released there known.
  EXPECT_TRUE(Write(kFirst, kData + 0x100));
  races_->Acquire(kSecond, kData, 8);
  EXPECT_FALSE(Write(kSecond, kData + 0x100));
}

TEST_F(Race, ForgetsLargeRangesToTheirEnds) {
  constexpr uint64_t kLarge = uint64_t{4} << 20;
  constexpr uint64_t kBegin = 0x10'0008;
  for (const uint64_t place : {kBegin, kBegin + kLarge / 2, kBegin + kLarge - 8}) {
    EXPECT_TRUE(Write(kFirst, place));
  }
  EXPECT_TRUE(Write(kFirst, kBegin - 8));
  EXPECT_TRUE(Write(kFirst, kBegin + kLarge));
  races_->Forget(kBegin, kLarge);
  for (const uint64_t place : {kBegin, kBegin + kLarge / 2, kBegin + kLarge - 8}) {
    EXPECT_TRUE(Write(kSecond, place)) << place;
  }
  EXPECT_FALSE(Write(kSecond, kBegin - 8));
  EXPECT_FALSE(Write(kSecond, kBegin + kLarge));
}

TEST_F(Race, ReusesWhatForgottenHistoriesTook) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Read(kFirst, kData, 4096));
    EXPECT_TRUE(Read(kSecond, kData, 4096));
    races_->Forget(kData, 4096);
  }
  const size_t used = races_->used_bytes();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(Read(kFirst, kData, 4096));
    EXPECT_TRUE(Read(kSecond, kData, 4096));
    races_->Forget(kData, 4096);
  }
  EXPECT_EQ(races_->used_bytes(), used);
}

TEST_F(Race, OfAnEarlierExecutionIsForgotten) {
  EXPECT_TRUE(Write(kFirst));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->Begin();
  Start();
  EXPECT_EQ(races_->used_bytes(), 16u);  // nothing
  EXPECT_TRUE(Write(kSecond));
  EXPECT_TRUE(Write(kFirst, kData + 64));
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_FALSE(Write(kSecond, kData + 64));
}

TEST_F(Race, IsNotReportedOnceTheMemoryForHistoriesIsUsedUp) {
  EXPECT_TRUE(Write(kFirst, kData));
  // 64 bytes of history for each 8.
  for (uint64_t place = 1 << 20; !races_->exhausted(); place += 4096) {
    ASSERT_TRUE(Write(kFirst, place, 4096));
    ASSERT_LT(place, kRaceArenaBytes);
  }
  EXPECT_TRUE(Write(kSecond, kData));
  races_->Begin();
  Start();
  EXPECT_TRUE(Write(kFirst, kData));
  EXPECT_FALSE(Write(kSecond, kData));
}

// --- who

TEST_F(Race, IsFoundAmongAsManyThreadsAsThereCanBe) {
  for (size_t thread = 3; thread < kRaceThreads; ++thread) {
    races_->StartThread(static_cast<RaceThread>(thread), &kMain);
  }
  for (size_t thread = 1; thread < kRaceThreads; ++thread) {
    EXPECT_TRUE(Read(static_cast<RaceThread>(thread)));
    EXPECT_TRUE(Touch(static_cast<RaceThread>(thread), kFlag, 4, true, true));
    if (thread != 77) races_->Join(kMain, static_cast<RaceThread>(thread));
  }
  EXPECT_FALSE(Write(kMain));
  EXPECT_EQ(races_->conflict().thread, 77);
  EXPECT_FALSE(Read(kMain, kFlag, 4));
  EXPECT_EQ(races_->conflict().thread, 77);
}

TEST_F(Race, OfAThreadWhoseNumberComesBackIsItsOwn) {
  EXPECT_TRUE(Write(kFirst));
  races_->Join(kMain, kFirst);
  races_->StartThread(kFirst, &kMain);
  EXPECT_TRUE(Write(kMain, kData));  // of the earlier one it knows
  EXPECT_TRUE(Write(kFirst, kData + 64));
  EXPECT_FALSE(Write(kMain, kData + 64));
}

TEST_F(Race, ThatDoesNotCountIsAskedForEachConflict) {
  EXPECT_TRUE(Read(kFirst));
  EXPECT_TRUE(Read(kSecond));
  EXPECT_TRUE(Touch(kMain, kData, 8, true, false, [](const RaceConflict&) { return true; }));
  races_->Forget(kData, 8);
  EXPECT_TRUE(Read(kFirst));
  EXPECT_TRUE(Read(kSecond));
  EXPECT_FALSE(Touch(kMain, kData, 8, true, false,
                     [](const RaceConflict& conflict) { return conflict.thread == kFirst; }));
  EXPECT_EQ(races_->conflict().thread, kSecond);
}

// --- where the order of accesses may matter

TEST_F(Race, IsNotPossibleWhereOneThreadHasBeenAlone) {
  EXPECT_FALSE(races_->IsContended(kFirst, kData, 8, true));
  Write(kFirst);
  EXPECT_FALSE(races_->IsContended(kFirst, kData, 8, true));
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kOwned);
}

TEST_F(Race, IsNotRuledOutByTheFirstFewAccesses) {
  for (int access = 0; access < RaceDetector::kFreshAccesses; ++access) {
    EXPECT_TRUE(races_->IsFresh(kFirst, kData));
    Write(kFirst);
  }
  EXPECT_FALSE(races_->IsFresh(kFirst, kData));
  EXPECT_TRUE(races_->IsFresh(kFirst, kData + 8));
  Read(kFirst, kData + 8);
  Read(kSecond, kData + 8);
  EXPECT_FALSE(races_->IsFresh(kFirst, kData + 8));
}

TEST_F(Race, IsPossibleWhereAnotherThreadIsAboutToMakeTheFirstAccess) {
  EXPECT_TRUE(races_->IsFresh(kFirst, kData));
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kAnnounced);
  EXPECT_FALSE(races_->IsContended(kFirst, kData, 8, true));
  EXPECT_TRUE(races_->IsContended(kSecond, kData, 8, true));
  EXPECT_TRUE(races_->IsContended(kSecond, kData, 8, false));  // it may be a write that waits
  Read(kFirst);
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kOwned);
  EXPECT_FALSE(races_->IsContended(kSecond, kData, 8, false));
}

TEST_F(Race, IsSharedByWhoOvertakesTheThreadThatWaitsBeforeItsFirstAccess) {
  EXPECT_TRUE(races_->IsFresh(kFirst, kData));
  Read(kSecond);
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kReadShared);
  EXPECT_TRUE(races_->IsFresh(kFirst, kData + 8));
  Write(kSecond, kData + 8);
  EXPECT_EQ(races_->SharingOf(kData + 8), RaceSharing::kContended);
}

TEST_F(Race, IsNotPossibleAmongReaders) {
  Read(kFirst);
  EXPECT_FALSE(races_->IsContended(kSecond, kData, 8, false));
  EXPECT_TRUE(races_->IsContended(kSecond, kData, 8, true));
  Read(kSecond);
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kReadShared);
  EXPECT_FALSE(races_->IsContended(kFirst, kData, 8, false));
  EXPECT_TRUE(races_->IsContended(kFirst, kData, 8, true));
}

TEST_F(Race, IsNotPossibleWithWhatWasWrittenBeforeItWasPublished) {
  Write(kFirst);
  EXPECT_TRUE(races_->IsContended(kSecond, kData, 8, false));
  races_->ReleaseStore(kFirst, kFlag, 4);
  races_->Acquire(kSecond, kFlag, 4);
  EXPECT_FALSE(races_->IsContended(kSecond, kData, 8, false));
  Read(kSecond);
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kReadShared);
}

TEST_F(Race, IsPossibleFromTheFirstSharedWriteOn) {
  Write(kFirst);
  races_->Join(kMain, kFirst);
  EXPECT_TRUE(Write(kMain));
  EXPECT_EQ(races_->SharingOf(kData), RaceSharing::kContended);
  EXPECT_TRUE(races_->IsContended(kMain, kData, 8, false));
  EXPECT_TRUE(races_->IsContended(kMain, kData - 8, 16, false));
  EXPECT_FALSE(races_->IsContended(kMain, kData + 8, 8, false));
}

}  // namespace
}  // namespace weir::sim
