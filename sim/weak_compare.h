#pragma GCC system_header
// Lets weak compare-and-exchange fail for no reason, as it may (C++20, atomics.types.operations)
// and does where it is a pair of load-linked and store-conditional.
//
// weir_target() puts it in front of every file of a target: ThreadSanitizer's instrumentation does
// not tell weak from strong any more. What the standard library's compare_exchange_weak comes down
// to is this builtin. (Its arguments are evaluated twice.)
//
// It includes nothing, since a program may define what headers go by (_GNU_SOURCE) in its own first
// line, or have been preprocessed already; and it is C as well, of 1990 too. By the pragma the
// user's warnings are not about it.
#ifndef WEIR_SIM_WEAK_COMPARE_H_
#define WEIR_SIM_WEAK_COMPARE_H_

#ifdef __cplusplus
extern "C"
#endif
    // Not 0: a weak comparison of `object` by the calling thread is to fail here.
    __UINT32_TYPE__
    weir_weak_failure(const volatile void* object);

// `!1` is false, with C++'s type in C++ and with no header in C.
#define __atomic_compare_exchange_n(object, expected, desired, weak, success, failure) \
  ((weak) && weir_weak_failure(object) != 0                                            \
       ? (__atomic_load((object), (expected), (failure)), !1)                          \
       : __atomic_compare_exchange_n(object, expected, desired, weak, success, failure))

#endif  // WEIR_SIM_WEAK_COMPARE_H_
