// What liburcu (userspace RCU) orders, declared for targets that are linked with it as it is
// (WEIR_ORDERS in sim/weir.h). To be included in one source of the target.
//
// The target has to be compiled without _LGPL_SOURCE and URCU_INLINE_SMALL_FUNCTIONS, so that it
// calls the library for pointers and read locks: what the headers inline in place of these are
// accesses to liburcu's own variables.
//
// More than liburcu promises is ordered by synchronize_rcu(): it knows of each reader that has
// unlocked before it returns, also of one that began after it. What is not covered: a function that
// call_rcu() or defer_rcu() runs later, on a thread of the library's, has neither what the caller
// did nor what the readers did before it (WEIR_RACE_SUPPRESSED is for that). The flavor bp waits
// for readers in poll(), which weir does not simulate.
#ifndef WEIR_SIM_URCU_ORDERS_H_
#define WEIR_SIM_URCU_ORDERS_H_

#include "sim/weir.h"

#define WEIR_URCU_ORDERS(function, how) WEIR_ORDERS(function, (how) | weir::kIfUsed)

// Whoever is given a pointer knows what was done before it was published.
#define WEIR_URCU_POINTERS(prefix)                                                               \
  WEIR_URCU_ORDERS(prefix "set_pointer_sym", weir::kReleases | weir::kSecondArgument);           \
  WEIR_URCU_ORDERS(prefix "xchg_pointer_sym",                                                    \
                   weir::kReleases | weir::kSecondArgument | weir::kAcquires | weir::kAtResult); \
  WEIR_URCU_ORDERS(prefix "cmpxchg_pointer_sym",                                                 \
                   weir::kReleases | weir::kThirdArgument | weir::kAcquires | weir::kAtResult);  \
  WEIR_URCU_ORDERS(prefix "dereference_sym", weir::kAcquires)
WEIR_URCU_POINTERS("rcu_");
WEIR_URCU_POINTERS("urcu_bp_");

// Grace periods of each flavor. A reader of QSBR says by itself when it holds nothing.
#define WEIR_URCU_FLAVOR(flavor) \
  WEIR_URCU_ORDERS("urcu_" flavor "_synchronize_rcu", weir::kAcquires | weir::kOneForAll)
#define WEIR_URCU_READERS(function) \
  WEIR_URCU_ORDERS("urcu_" function, weir::kReleases | weir::kOneForAll)
WEIR_URCU_FLAVOR("memb");
WEIR_URCU_FLAVOR("mb");
WEIR_URCU_FLAVOR("signal");
WEIR_URCU_FLAVOR("bp");
WEIR_URCU_FLAVOR("qsbr");
WEIR_URCU_READERS("memb_read_unlock");
WEIR_URCU_READERS("mb_read_unlock");
WEIR_URCU_READERS("signal_read_unlock");
WEIR_URCU_READERS("bp_read_unlock");
WEIR_URCU_READERS("qsbr_quiescent_state");
WEIR_URCU_READERS("qsbr_thread_offline");
WEIR_URCU_READERS("qsbr_unregister_thread");

#undef WEIR_URCU_READERS
#undef WEIR_URCU_FLAVOR
#undef WEIR_URCU_POINTERS
#undef WEIR_URCU_ORDERS

#endif  // WEIR_SIM_URCU_ORDERS_H_
