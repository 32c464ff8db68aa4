// exit, atexit, abort, assert: how a program ends.
//
// The lists of exit functions are ours from the moment the target is loaded: libc's would grow into
// memory that is reset. exit() in the first process ends the execution after the functions have
// run; in any other virtual process it ends that process. While they run, other threads go on, as
// POSIX has it.
#include "sim/posix/exit.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>

#include "sim/engine/heap.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"
#include "sim/posix/thread.h"

namespace weir::sim {
namespace {

int AddExitEntry(void (*function)(void*), void* argument) {
  auto* const entry = static_cast<ExitEntry*>(HeapAllocate(sizeof(ExitEntry)));
  if (entry == nullptr) return -1;
  ExitState& state = posix_state().exit;
  *entry = {state.last, function, argument};
  state.last = entry;
  return 0;
}

// Functions may register further ones, which run next.
void RunExitEntries() {
  ExitState& state = posix_state().exit;
  while (state.last != nullptr) {
    ExitEntry* const entry = state.last;
    state.last = entry->next;
    entry->function(entry->argument);
  }
}

[[noreturn]] void EndProcessNow(int status) {
  const uint16_t process = CurrentThread().process;
  SchedulePoint(Op::kProcessExit, &world().processes[process]);
  if (process != 0) {
    KillProcess(process);
    __builtin_unreachable();
  }
  if (status == 0) PassExecution();
  FailExecution(VerdictKind::kAssertion, "exit_status", "the program ended with status %d", status);
}

// The caller is about to end its process: it yields once for each other thread that can run, so
// that by default each of them has a turn first. Natively they run on other processors meanwhile,
// and a profile would not know of threads that the default never lets run. This comes before the
// exit handlers: few programs are made for threads that outlive what those destroy.
void LetOthersRun() {
  const World& w = world();
  for (int turns = w.runnable.count() - 1; turns > 0 && w.runnable.count() > 1; --turns) {
    YieldPoint(Op::kProcessExit, &CurrentProcess());
  }
}

[[noreturn]] void Exit(int status) {
  LetOthersRun();
  RunThreadLocalDestructors();
  if (CurrentThread().process == 0) RunExitEntries();
  EndProcessNow(status);
}

// The text that libstdc++'s terminate handler has just printed, "terminate called after throwing an
// instance of 'T'\n  what():  why", on one line; empty if it was not that.
void DescribeTermination(char* text, size_t size) {
  const OutputState& output = posix_state().output;
  const char* const found = static_cast<const char*>(
      memmem(output.tail, output.length, "terminate called", strlen("terminate called")));
  text[0] = '\0';
  if (found == nullptr) return;
  size_t length = static_cast<size_t>(output.tail + output.length - found);
  if (length >= size) length = size - 1;
  size_t used = 0;
  for (size_t i = 0; i < length; ++i) {
    if (found[i] == '\n') {
      if (i + 1 < length) text[used++] = ':';
      continue;
    }
    text[used++] = found[i];
  }
  text[used] = '\0';
}

[[noreturn]] void Abort() {
  char why[600];
  DescribeTermination(why, sizeof why);
  if (strstr(why, "after throwing") != nullptr) {
    FailExecution(VerdictKind::kUncaughtException, "uncaught_exception", "%s in %s", why,
                  CurrentThread().path);
  }
  if (why[0] != '\0') FailExecution(VerdictKind::kAssertion, "terminate", "%s", why);
  FailExecution(VerdictKind::kAssertion, "abort", "%s called abort()", CurrentThread().path);
}

}  // namespace

void InstallExitHooks() {
  g_exit_hook = Exit;
  g_thread_exit_hook = RunThreadExit;
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int __cxa_atexit(void (*function)(void*), void* argument, void* library) {
  using Real = int (*)(void (*)(void*), void*, void*);
  if (g_mode == Mode::kHost) {
    static Real real = nullptr;
    if (real == nullptr) real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "__cxa_atexit"));
    return real(function, argument, library);
  }
  return AddExitEntry(function, argument);
}

void exit(int status) {
  if (g_mode != Mode::kTarget) WEIR_REAL(exit)(status);
  Exit(status);
}

void _exit(int status) {
  if (g_mode != Mode::kTarget) WEIR_REAL(_exit)(status);
  EndProcessNow(status);
}

void _Exit(int status) { _exit(status); }

void quick_exit(int status) {
  if (g_mode != Mode::kTarget) WEIR_REAL(quick_exit)(status);
  EndProcessNow(status);
}

void abort() {
  if (g_mode != Mode::kTarget) {
    WEIR_REAL(abort)();
    __builtin_unreachable();
  }
  Abort();
}

// What -fstack-protector calls. glibc's version would end in system calls from within libc.
void __stack_chk_fail() {
  if (g_mode != Mode::kTarget) {
    std::fputs("weir: stack smashing detected\n", stderr);
    abort();
  }
  FailExecution(VerdictKind::kCrash, "stack_smashing",
                "%s overwrote its stack: the guard of a frame "
                "has changed",
                CurrentThread().path);
}

void __assert_fail(const char* expression, const char* file, unsigned line, const char* function) {
  if (g_mode != Mode::kTarget) {
    std::fprintf(stderr, "%s:%u: %s: assertion failed: %s\n", file, line, function, expression);
    abort();
  }
  const char* const slash = strrchr(file, '/');
  char oracle[64];
  std::snprintf(oracle, sizeof oracle, "assert:%s:%u", slash != nullptr ? slash + 1 : file, line);
  FailExecution(VerdictKind::kAssertion, oracle, "assertion `%s' failed in %s (%s:%u)", expression,
                function, file, line);
}

}  // extern "C"
