// Faults of virtual threads: pages to unprotect, stacks to grow, and verdicts.
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "sim/engine/fiber.h"
#include "sim/engine/pages.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/system_calls.h"
#include "sim/engine/time_stamp.h"

namespace weir::sim {
namespace {

constexpr size_t kSignalStackBytes = 256 << 10;
alignas(64) char g_signal_stack[kSignalStackBytes];
// Where LeaveToHost runs after a fault: the thread's own stack may be what is broken.
alignas(64) char g_emergency_stack[64 << 10];

// DWARF register numbers of x86-64 (System V ABI, figure 3.36), in order.
constexpr int kGregs[17] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                            REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                            REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};

[[noreturn]] void LeaveAfterFault() { LeaveToHost(); }

const char* SignalName(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGTRAP:
      return "SIGTRAP";
    default:
      return "a signal";
  }
}

[[noreturn]] void DieOfOwnFault(int signal, uintptr_t address) {
  char text[160];
  const int length = std::snprintf(
      text, sizeof text, "weir: %s at address 0x%lx in %s\n", SignalName(signal), address,
      g_mode == Mode::kLoad ? "a constructor of the target" : "weir itself: please report");
  g_mode = Mode::kHost;
  (void)!write(STDERR_FILENO, text, static_cast<size_t>(length));
  ::signal(signal, SIG_DFL);
  raise(signal);
  _exit(3);
}

void OnFault(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  if (signal == SIGSEGV && AnswerTimeStamp(*info, context)) return;
  if (signal == SIGSEGV) {
    HostScope host;  // mprotect is a system call
    if (UnprotectPage(address) || GrowStack(address)) return;
  }
  if (g_mode != Mode::kTarget) {
    // The handler's own return would fault again and again: default action, with the place told.
    DieOfOwnFault(signal, address);
  }
  ThreadSlot slot;
  char message[200];
  if (signal == SIGSEGV && InGuard(address, &slot)) {
    std::snprintf(message, sizeof message, "stack overflow of %s (%zu KiB)",
                  world().threads[slot].path, (g_slots[slot].end - g_slots[slot].stack_low) >> 10);
    FailFromSignal(context, VerdictKind::kStackOverflow, signal, address, "stack_overflow",
                   message);
    return;
  }
  std::snprintf(message, sizeof message, "%s at address 0x%lx", SignalName(signal), address);
  FailFromSignal(context, VerdictKind::kCrash, signal, address, SignalName(signal), message);
}

}  // namespace

absl::Status InstallFaultHandlers() {
  stack_t stack = {};
  stack.ss_sp = g_signal_stack;
  stack.ss_size = sizeof g_signal_stack;
  if (sigaltstack(&stack, nullptr) != 0) return absl::InternalError("sigaltstack failed");
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    if (auto status = InstallHandler(signal, OnFault); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void FailFromSignal(void* ucontext, VerdictKind kind, int signal, uintptr_t address,
                    const char* oracle, const char* message) {
  g_mode = Mode::kHost;
  auto& machine = static_cast<ucontext_t*>(ucontext)->uc_mcontext;
  World& w = world();
  Verdict& verdict = w.verdict;
  verdict.kind = kind;
  verdict.thread = w.current;
  verdict.signal = signal;
  verdict.address = address;
  std::snprintf(verdict.oracle, sizeof verdict.oracle, "%s", oracle);
  std::snprintf(verdict.message, sizeof verdict.message, "%s", message);
  Thread& thread = CurrentThread();
  thread.has_registers = true;
  for (size_t i = 0; i < 17; ++i) {
    thread.registers[i] = static_cast<uint64_t>(machine.gregs[kGregs[i]]);
  }
  const auto top = reinterpret_cast<uintptr_t>(g_emergency_stack + sizeof g_emergency_stack);
  machine.gregs[REG_RSP] = static_cast<greg_t>(top - 8);  // as after a call: 8 below alignment
  machine.gregs[REG_RIP] = static_cast<greg_t>(reinterpret_cast<uintptr_t>(&LeaveAfterFault));
}

void InterruptExecution(void* ucontext) {
  if (g_mode != Mode::kTarget) return;
  FailFromSignal(ucontext, VerdictKind::kHang, 0, 0, "hang",
                 "no scheduling point was reached for a long time: the thread loops by itself");
}

}  // namespace weir::sim
