// syscall(): the system calls that programs make by number, since libc has no other name for them.
// syscall(2).
//
// All others end the execution with the verdict unsupported_call and the address of the caller.
#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "sim/engine/scheduler.h"
#include "sim/posix/futex.h"

namespace weir::sim {
namespace {

// Linux's calling convention: what the kernel returns, an error as −errno.
long RawSystemCall(long number, const long (&a)[6]) {
  long result = number;
  register long r10 asm("r10") = a[3];
  register long r8 asm("r8") = a[4];
  register long r9 asm("r9") = a[5];
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

long OrErrno(long result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

long FutexByNumber(const long (&a)[6]) {
  return Futex({.word = reinterpret_cast<uint32_t*>(a[0]),
                .operation = static_cast<int>(a[1]),
                .value = static_cast<uint32_t>(a[2]),
                .timeout = reinterpret_cast<const timespec*>(a[3]),
                .bits = static_cast<uint32_t>(a[5])});
}

[[noreturn]] void Refuse(long number, const void* caller) {
  char oracle[32];
  std::snprintf(oracle, sizeof oracle, "syscall %ld", number);
  if (g_mode == Mode::kTarget) world().verdict.address = reinterpret_cast<uintptr_t>(caller);
  FailExecution(VerdictKind::kUnsupportedCall, oracle,
                "makes system call %ld, which weir does not simulate", number);
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" long syscall(long number, ...) noexcept {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (long& argument : a) argument = va_arg(arguments, long);
  va_end(arguments);
  if (InHost()) return OrErrno(RawSystemCall(number, a));
  switch (number) {
    case SYS_futex:
      return OrErrno(FutexByNumber(a));
    case SYS_getpid:
      return getpid();
    case SYS_gettid:
      return gettid();
    case SYS_sched_yield:
      return sched_yield();
    case SYS_clock_gettime:
      return clock_gettime(static_cast<clockid_t>(a[0]), reinterpret_cast<timespec*>(a[1]));
    case SYS_memfd_create:
      return memfd_create(reinterpret_cast<const char*>(a[0]), static_cast<unsigned>(a[1]));
    // Abseil's allocator for what is under its mutexes calls these two by number.
    case SYS_mmap:
      return reinterpret_cast<long>(mmap(reinterpret_cast<void*>(a[0]), static_cast<size_t>(a[1]),
                                         static_cast<int>(a[2]), static_cast<int>(a[3]),
                                         static_cast<int>(a[4]), a[5]));
    case SYS_munmap:
      return munmap(reinterpret_cast<void*>(a[0]), static_cast<size_t>(a[1]));
    // As of a kernel that has none: liburcu then has barriers of its own.
    case SYS_membarrier:
      return OrErrno(-ENOSYS);
    default:
      Refuse(number, __builtin_return_address(0));
  }
}
