// What Abseil's synchronisation orders, declared for targets that are linked with Abseil as it is
// (WEIR_ORDERS in sim/weir.h). To be included in one source of the target.
//
// What its headers inline is not there, since it is compiled with the target: of a Notification,
// HasBeenNotified() is, and orders nothing here.
#ifndef WEIR_SIM_ABSEIL_ORDERS_H_
#define WEIR_SIM_ABSEIL_ORDERS_H_

#include "sim/weir.h"

#define WEIR_ABSEIL_ORDERS(function, how) WEIR_ORDERS("absl::" function, (how) | weir::kIfUsed)

WEIR_ABSEIL_ORDERS("Mutex::Lock", weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::TryLock", weir::kAcquires | weir::kIfTrue);
WEIR_ABSEIL_ORDERS("Mutex::Unlock", weir::kReleases);
WEIR_ABSEIL_ORDERS("Mutex::ReaderLock", weir::kAcquires | weir::kShared);
WEIR_ABSEIL_ORDERS("Mutex::ReaderTryLock", weir::kAcquires | weir::kShared | weir::kIfTrue);
WEIR_ABSEIL_ORDERS("Mutex::ReaderUnlock", weir::kReleases | weir::kShared);
WEIR_ABSEIL_ORDERS("Mutex::LockWhen", weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::LockWhenWithTimeout", weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::LockWhenWithDeadline", weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::ReaderLockWhen", weir::kAcquires | weir::kShared);
WEIR_ABSEIL_ORDERS("Mutex::ReaderLockWhenWithTimeout", weir::kAcquires | weir::kShared);
WEIR_ABSEIL_ORDERS("Mutex::ReaderLockWhenWithDeadline", weir::kAcquires | weir::kShared);
// These give the mutex back while they wait.
WEIR_ABSEIL_ORDERS("Mutex::Await", weir::kReleases | weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::AwaitWithTimeout", weir::kReleases | weir::kAcquires);
WEIR_ABSEIL_ORDERS("Mutex::AwaitWithDeadline", weir::kReleases | weir::kAcquires);
WEIR_ABSEIL_ORDERS("CondVar::Wait", weir::kReleases | weir::kAcquires | weir::kSecondArgument);
WEIR_ABSEIL_ORDERS("CondVar::WaitWithTimeout",
                   weir::kReleases | weir::kAcquires | weir::kSecondArgument);
WEIR_ABSEIL_ORDERS("CondVar::WaitWithDeadline",
                   weir::kReleases | weir::kAcquires | weir::kSecondArgument);

WEIR_ABSEIL_ORDERS("Notification::Notify", weir::kReleases);
WEIR_ABSEIL_ORDERS("Notification::WaitForNotification", weir::kAcquires);
WEIR_ABSEIL_ORDERS("Notification::WaitForNotificationWithTimeout", weir::kAcquires | weir::kIfTrue);
WEIR_ABSEIL_ORDERS("Notification::WaitForNotificationWithDeadline",
                   weir::kAcquires | weir::kIfTrue);
WEIR_ABSEIL_ORDERS("Barrier::Block", weir::kReleases | weir::kAcquires);
WEIR_ABSEIL_ORDERS("BlockingCounter::DecrementCount", weir::kReleases);
WEIR_ABSEIL_ORDERS("BlockingCounter::Wait", weir::kAcquires);

#undef WEIR_ABSEIL_ORDERS

#endif  // WEIR_SIM_ABSEIL_ORDERS_H_
