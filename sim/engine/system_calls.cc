#include "sim/engine/system_calls.h"

#include <link.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sim/engine/fiber.h"
#include "sim/engine/pages.h"
#include "sim/engine/scheduler.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

namespace weir::sim {

// The kernel reads g_mode as its selector: 0 lets calls through, 1 stops them.
static_assert(static_cast<int>(Mode::kHost) == 0 && static_cast<int>(Mode::kTarget) == 1);

// The signal frame's way back, in weir's own code; the very bytes that debuggers and unwinders
// know.
extern "C" void WeirReturnFromSignal();
asm(R"(
.text
.globl WeirReturnFromSignal
.type WeirReturnFromSignal, @function
  nop
WeirReturnFromSignal:
  movq $15, %rax
  syscall
.size WeirReturnFromSignal, .-WeirReturnFromSignal
)");

namespace {

struct CodeRange {
  uintptr_t begin, end;
};

// weir's own code: the first object is the executable.
CodeRange OwnCode() {
  CodeRange range = {};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* context) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const auto& segment = info->dlpi_phdr[i];
          if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
          const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
          *static_cast<CodeRange*>(context) = {begin, begin + segment.p_memsz};
        }
        return 1;
      },
      &range);
  return range;
}

// The kernel's answers for priorities (sched_get_priority_max(2)).
long Priority(long policy, bool highest) {
  switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
      return highest ? 99 : 1;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
      return 0;
    default:
      return -EINVAL;
  }
}

// No signal is ever blocked, and none comes: the set of before is empty.
long Mask(uintptr_t before) {
  if (before == 0) return 0;
  {
    HostScope host;  // these may call mprotect; a fault in a signal handler would be the end
    for (const uintptr_t at : {before, before + sizeof(uint64_t) - 1}) {
      if (!UnprotectPage(at)) GrowStack(at);
    }
  }
  *reinterpret_cast<uint64_t*>(before) = 0;
  return 0;
}

// What functions on the allow-list (sim/posix/allow_list.cc) ask the kernel for. False: nothing of
// that kind.
bool AnswerForLibc(int number, mcontext_t& machine) {
  long& result = reinterpret_cast<long&>(machine.gregs[REG_RAX]);
  switch (number) {
    case SYS_sched_get_priority_max:  // pthread_mutexattr_setprioceiling
    case SYS_sched_get_priority_min:  // pthread_attr_setschedparam
      result = Priority(machine.gregs[REG_RDI], number == SYS_sched_get_priority_max);
      return true;
    case SYS_rt_sigprocmask:  // sigsetjmp, siglongjmp
      result = Mask(static_cast<uintptr_t>(machine.gregs[REG_RDX]));
      return true;
    default:
      return false;
  }
}

void OnSystemCall(int, siginfo_t* info, void* context) {
  if (AnswerForLibc(info->si_syscall, static_cast<ucontext_t*>(context)->uc_mcontext)) return;
  char oracle[32], message[160];
  std::snprintf(oracle, sizeof oracle, "syscall %d", info->si_syscall);
  std::snprintf(message, sizeof message,
                "makes system call %d directly, which weir does not simulate", info->si_syscall);
  FailFromSignal(context, VerdictKind::kUnsupportedCall, 0,
                 reinterpret_cast<uintptr_t>(info->si_call_addr), oracle, message);
}

// 0 = not asked in this process, 1 = on, 2 = not supported. On a page that fork() wipes.
volatile char* State() {
  static volatile char* const state = [] {
    void* const page =
        mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(page, kPage, MADV_WIPEONFORK);
    return static_cast<volatile char*>(page);
  }();
  return state;
}

}  // namespace

void GuardSystemCalls() {
  volatile char* const state = State();
  if (*state != 0) return;
  const CodeRange code = OwnCode();
  const bool on = InstallHandler(SIGSYS, OnSystemCall).ok() &&
                  prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, code.begin,
                        code.end - code.begin, &g_mode) == 0;
  *state = on ? 1 : 2;
}

bool GuardsSystemCalls() {
  GuardSystemCalls();
  return *State() == 1;
}

absl::Status InstallHandler(int signal, void (*handler)(int, siginfo_t*, void*)) {
  // What the kernel expects (rt_sigaction(2)); libc's sigaction would put in its own restorer.
  struct {
    void (*handler)(int, siginfo_t*, void*);
    unsigned long flags;
    void (*restorer)();
    uint64_t mask;
  } action = {handler, SA_SIGINFO | SA_ONSTACK | 0x04000000 /* SA_RESTORER */, WeirReturnFromSignal,
              ~uint64_t{0}};
  long result;
  register long size asm("r10") = sizeof action.mask;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(SYS_rt_sigaction), "D"(long{signal}), "S"(&action), "d"(nullptr), "r"(size)
               : "rcx", "r11", "memory");
  if (result == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("rt_sigaction of signal ", signal, ": ", strerror(static_cast<int>(-result))));
}

}  // namespace weir::sim
