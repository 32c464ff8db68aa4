// Lets weak compare-and-exchange fail for no reason, as it may (C++20, atomics.types.operations)
// and does where it is a pair of load-linked and store-conditional.
//
// weir_target() puts it in front of every file of a target: ThreadSanitizer's instrumentation does
// not tell weak from strong any more. What the standard library's compare_exchange_weak comes down
// to is this builtin. (Its arguments are evaluated twice.)
#ifndef WEIR_SIM_WEAK_COMPARE_H_
#define WEIR_SIM_WEAK_COMPARE_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C"
#endif
    // Not 0: a weak comparison of `object` by the calling thread is to fail here.
    uint32_t
    weir_weak_failure(const volatile void* object);

#define __atomic_compare_exchange_n(object, expected, desired, weak, success, failure) \
  ((weak) && weir_weak_failure(object) != 0                                            \
       ? (__atomic_load((object), (expected), (failure)), false)                       \
       : __atomic_compare_exchange_n(object, expected, desired, weak, success, failure))

#endif  // WEIR_SIM_WEAK_COMPARE_H_
