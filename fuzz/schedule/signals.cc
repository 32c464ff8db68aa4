#include "fuzz/schedule/signals.h"

#include <signal.h>
#include <sys/time.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/engine/engine.h"
#include "sim/engine/pages.h"
#include "sim/engine/system_calls.h"

namespace weir::sim {
namespace {

constexpr int kSignals = 65;
constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
constexpr int kFromOutside[] = {SIGALRM, SIGINT, SIGTERM, SIGXFSZ, SIGUSR1, SIGUSR2};
// Ticks of CPU time in which the hang is looked for.
constexpr long kTickMicroseconds = 250'000;

using Actions = std::array<struct sigaction, kSignals>;
Actions g_engine, g_fuzzer;
volatile sig_atomic_t g_executing = 0;
volatile sig_atomic_t g_waiting[kSignals];
const volatile unsigned long* g_points = nullptr;
unsigned long g_points_seen = 0;
int g_idle_ticks = 0;
int g_most_idle_ticks = 0;

void Call(const struct sigaction& action, int signal, siginfo_t* info, void* context) {
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(signal, info, context);
  } else if (action.sa_handler == SIG_DFL) {
    ::signal(signal, SIG_DFL);
    raise(signal);
  } else if (action.sa_handler != SIG_IGN) {
    action.sa_handler(signal);
  }
}

void OnFault(int signal, siginfo_t* info, void* context) {
  // The target's data is written outside of executions, too: by its destructors, at the exit.
  if (g_executing == 0 && signal == SIGSEGV &&
      UnprotectPage(reinterpret_cast<uintptr_t>(info->si_addr)))
    return;
  Call(g_executing != 0 ? g_engine[signal] : g_fuzzer[signal], signal, info, context);
}

void OnOutside(int signal, siginfo_t* info, void* context) {
  if (g_executing != 0) {
    g_waiting[signal] = 1;
  } else {
    Call(g_fuzzer[signal], signal, info, context);
  }
}

// libFuzzer hears of an end by this signal, which the engine leaves alone, and keeps the input.
[[gnu::noinline]] void EndHangOfTheEngine() {
  std::fprintf(stderr, "weir: an execution hangs in weir itself: please report\n");
  Call(g_fuzzer[SIGABRT], SIGABRT, nullptr, nullptr);
  std::_Exit(70);
}

void OnTick(int, siginfo_t*, void* context) {
  if (g_executing == 0 || *g_points != g_points_seen) {
    g_idle_ticks = 0;
    if (g_executing != 0) g_points_seen = *g_points;
    return;
  }
  if (++g_idle_ticks < g_most_idle_ticks) return;
  InterruptExecution(context);
  if (g_idle_ticks > 2 * g_most_idle_ticks) EndHangOfTheEngine();
}

void Install(int signal, void (*handler)(int, siginfo_t*, void*)) {
  if (absl::Status status = InstallHandler(signal, handler); !status.ok()) {
    std::fprintf(stderr, "weir: %s\n", std::string(status.message()).c_str());
    std::exit(3);
  }
}

}  // namespace

void KeepEngineHandlers() {
  for (const int signal : kFaults) {
    sigaction(signal, nullptr, &g_engine[signal]);
    ::signal(signal, SIG_DFL);
  }
  // libFuzzer clears the target's counters before it installs a handler; and then it leaves this
  // one where it is.
  Install(SIGSEGV, OnFault);
}

void ShareHandlers(double hang_seconds) {
  for (int signal = 1; signal < kSignals; ++signal) {
    sigaction(signal, nullptr, &g_fuzzer[signal]);
  }
  g_fuzzer[SIGSEGV] = g_fuzzer[SIGILL];
  for (const int signal : kFaults) Install(signal, OnFault);
  for (const int signal : kFromOutside) {
    if (g_fuzzer[signal].sa_handler != SIG_DFL) Install(signal, OnOutside);
  }
  g_most_idle_ticks = static_cast<int>(hang_seconds * 1e6 / kTickMicroseconds) + 1;
  Install(SIGVTALRM, OnTick);
  const itimerval ticks = {{0, kTickMicroseconds}, {0, kTickMicroseconds}};
  setitimer(ITIMER_VIRTUAL, &ticks, nullptr);
}

void EnterExecution(const volatile unsigned long& points) {
  g_points = &points;
  g_idle_ticks = 0;
  g_executing = 1;
}

void LeaveExecution() {
  g_executing = 0;
  for (const int signal : kFromOutside) {
    if (g_waiting[signal] == 0) continue;
    g_waiting[signal] = 0;
    Call(g_fuzzer[signal], signal, nullptr, nullptr);
  }
}

}  // namespace weir::sim
