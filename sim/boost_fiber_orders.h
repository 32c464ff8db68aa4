// What Boost.Fiber's synchronisation orders between threads, declared for targets that are linked
// with it as it is (WEIR_ORDERS in sim/weir.h). To be included in one source of the target.
//
// Condition variables, futures, promises and channels are in its headers, which are compiled with
// the target: what they order is seen, as far as these mutexes make it. Fibers of one thread are
// that thread to the detector, so between them there are no races.
//
// These mutexes spin on locks inside the library. Where threads contend, such a spin is a `hang`,
// since it has no scheduling point: then Boost.Fiber has to be compiled with weir-c++, too, and
// needs none of this.
//
// A fiber that goes from one thread to another (algo::shared_work, algo::work_stealing) is ordered
// after what its creator did only by its locks: it starts and goes on within the library, where
// nothing can be declared.
#ifndef WEIR_SIM_BOOST_FIBER_ORDERS_H_
#define WEIR_SIM_BOOST_FIBER_ORDERS_H_

#include "sim/weir.h"

#define WEIR_FIBER_ORDERS(function, how) \
  WEIR_ORDERS("boost::fibers::" function, (how) | weir::kIfUsed)

WEIR_FIBER_ORDERS("mutex::lock", weir::kAcquires);
WEIR_FIBER_ORDERS("mutex::try_lock", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("mutex::unlock", weir::kReleases);
WEIR_FIBER_ORDERS("recursive_mutex::lock", weir::kAcquires);
WEIR_FIBER_ORDERS("recursive_mutex::try_lock", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("recursive_mutex::unlock", weir::kReleases);
WEIR_FIBER_ORDERS("timed_mutex::lock", weir::kAcquires);
WEIR_FIBER_ORDERS("timed_mutex::try_lock", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("timed_mutex::try_lock_until_", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("timed_mutex::unlock", weir::kReleases);
WEIR_FIBER_ORDERS("recursive_timed_mutex::lock", weir::kAcquires);
WEIR_FIBER_ORDERS("recursive_timed_mutex::try_lock", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("recursive_timed_mutex::try_lock_until_", weir::kAcquires | weir::kIfTrue);
WEIR_FIBER_ORDERS("recursive_timed_mutex::unlock", weir::kReleases);

WEIR_FIBER_ORDERS("barrier::wait", weir::kReleases | weir::kAcquires);
// The end of a fiber, and the wait for it; they name the fiber by different objects, so whoever
// joins one knows of all that have ended.
WEIR_FIBER_ORDERS("context::terminate", weir::kReleases | weir::kOneForAll);
WEIR_FIBER_ORDERS("fiber::join", weir::kAcquires | weir::kOneForAll);

#undef WEIR_FIBER_ORDERS

#endif  // WEIR_SIM_BOOST_FIBER_ORDERS_H_
