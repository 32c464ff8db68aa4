#include "sim/engine/time_stamp.h"

#include <linux/prctl.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <x86intrin.h>

#include <algorithm>
#include <cstring>

#include "sim/engine/point.h"
#include "sim/engine/world.h"

namespace weir::sim {
namespace {

bool g_traps = false;

// As ReadClock(), but for the scheduling point: readings in a row cost more and more.
uint64_t VirtualTimeStamp() {
  World& w = world();
  if (g_mode == Mode::kLoad) return kStartOfTimeNs;
  Thread& thread = CurrentThread();
  Thread::SeenLoad& seen = SeenAt(thread, nullptr);
  uint64_t cost = kClockReadNs << (thread.clock_reads++ >> 10 & 31);
  if (seen.address == &w.now_ns && seen.version == thread.version) {
    cost = std::max(cost, (w.now_ns - thread.spin_began_ns) / 8);
  } else {
    seen = {&w.now_ns, 0, thread.version};
    thread.spin_began_ns = w.now_ns;
  }
  w.now_ns += cost;
  MixResult(w.now_ns);
  return w.now_ns;
}

uint64_t RealTimeStamp() {
  prctl(PR_SET_TSC, PR_TSC_ENABLE);
  const uint64_t value = __rdtsc();
  prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
  return value;
}

}  // namespace

bool TrapTimeStamps() {
  g_traps = prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0;
  return g_traps;
}

void ReleaseTimeStamps() {
  if (g_traps) prctl(PR_SET_TSC, PR_TSC_ENABLE);
  g_traps = false;
}

bool TrapsTimeStamps() { return g_traps; }

bool CanTrapTimeStamps() {
  int now = 0;
  return prctl(PR_GET_TSC, &now) == 0;
}

bool AnswerTimeStamp(const siginfo_t& info, void* ucontext) {
  if (!g_traps || info.si_code != SI_KERNEL) return false;
  auto& machine = static_cast<ucontext_t*>(ucontext)->uc_mcontext;
  constexpr unsigned char kRdtsc[] = {0x0F, 0x31}, kRdtscp[] = {0x0F, 0x01, 0xF9};
  const void* const at = reinterpret_cast<const void*>(machine.gregs[REG_RIP]);
  const bool plain = std::memcmp(at, kRdtsc, sizeof kRdtsc) == 0;
  if (!plain && std::memcmp(at, kRdtscp, sizeof kRdtscp) != 0) return false;
  const uint64_t value = InHost() ? RealTimeStamp() : VirtualTimeStamp();
  machine.gregs[REG_RAX] = static_cast<greg_t>(value & 0xFFFF'FFFF);
  machine.gregs[REG_RDX] = static_cast<greg_t>(value >> 32);
  if (!plain) machine.gregs[REG_RCX] = 0;
  machine.gregs[REG_RIP] += static_cast<greg_t>(plain ? sizeof kRdtsc : sizeof kRdtscp);
  return true;
}

}  // namespace weir::sim
