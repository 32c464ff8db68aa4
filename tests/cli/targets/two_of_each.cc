// memory points
// Of each kind of failure two in one program: what they are called by must tell them apart.
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "sim/weir.h"

// Defined for other files too, or the compiler would know that nobody sets it.
std::atomic<bool> never{false};

namespace {

// Functions that do the same are one for the compiler when it has put them into their caller.
#define FUNCTION [[gnu::noinline]] void

// The second of the two, or the first by default.
bool Second() { return weir::Choose(2) == 1; }

int* volatile nowhere = nullptr;
FUNCTION WriteHere() { *nowhere = 1; }
FUNCTION WriteThere() { *nowhere = 2; }

FUNCTION ThrowHere() { throw std::runtime_error("here"); }
FUNCTION ThrowThere() { throw std::runtime_error("there"); }

FUNCTION AbortHere() { std::abort(); }
FUNCTION AbortThere() { std::abort(); }

FUNCTION TerminateHere() { std::terminate(); }
FUNCTION TerminateThere() { std::terminate(); }

int RecurHere(int n) {
  volatile int kept = n;
  return n < 0 ? 0 : RecurHere(n + 1) + kept;
}
int RecurThere(int n) {
  volatile int kept = n;
  return n < 0 ? 0 : RecurThere(n + 1) - kept;
}

FUNCTION Check(bool holds) { assert(holds); }
FUNCTION CheckHere() {
  Check(false);
  Second();
}
FUNCTION CheckThere() {
  Check(false);
  Second();
}

FUNCTION SpinHere() {
  while (!never.load()) {
  }
}
FUNCTION SpinThere() {
  while (!never.load()) {
  }
}

int counter = 0;
FUNCTION CountHere() { ++counter; }
FUNCTION CountThere() { counter += 2; }

std::mutex first, second;
FUNCTION LockHere() {
  const std::lock_guard outer(first);
  const std::lock_guard inner(second);
}
FUNCTION LockThere() {
  const std::lock_guard outer(second);
  const std::lock_guard inner(first);
}
FUNCTION LockAnotherWay() {
  const std::lock_guard outer(second);
  const std::lock_guard inner(first);
}

[[gnu::noinline]] bool Wrong() { return Second(); }
[[gnu::noinline]] bool AlsoWrong() { return Second(); }

void RunBoth(void (*one)(), void (*other)()) {
  std::thread a(one), b(other);
  if (weir::Choose(2) == 0) {
    a.join();
    b.join();
  } else {
    b.join();
    a.join();
  }
}

}  // namespace

WEIR_SCENARIO(crash) { Second() ? WriteThere() : WriteHere(); }
WEIR_SCENARIO(exception) { Second() ? ThrowThere() : ThrowHere(); }
WEIR_SCENARIO(aborted) { Second() ? AbortThere() : AbortHere(); }
WEIR_SCENARIO(terminated) { Second() ? TerminateThere() : TerminateHere(); }
WEIR_SCENARIO(overflow) { Second() ? RecurThere(1) : RecurHere(1); }
WEIR_SCENARIO(helper) { Second() ? CheckThere() : CheckHere(); }
WEIR_SCENARIO(livelock) { std::thread(Second() ? SpinThere : SpinHere).join(); }
WEIR_SCENARIO(race) { Second() ? RunBoth(CountThere, CountThere) : RunBoth(CountHere, CountHere); }
WEIR_SCENARIO(deadlock) { RunBoth(LockHere, Second() ? LockAnotherWay : LockThere); }
// One check, and two reasons for which it fails.
WEIR_SCENARIO(one_check) {
  const bool wrong = Wrong();
  const bool also_wrong = AlsoWrong();
  weir::Expect(!wrong && !also_wrong, "all_right", [] { return "something was wrong"; });
}
