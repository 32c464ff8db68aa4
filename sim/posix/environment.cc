// What a program can ask about its surroundings: environment variables, random numbers, ids, the
// machine. All of it is virtual and the same on every machine and in every run.
//
// - The environment is empty, the current directory is "/".
// - rand, random and drand48 are glibc's own generators on memory of the World, unseeded as after
//   srand(1). Virtual processes share them.
// - getrandom, arc4random and std::random_device give numbers that differ from call to call, and
// are
//   the same in every execution. Not for secrets.
// - A process' pid belongs to its incarnation; a main thread's tid is its pid.
// - The machine has four processors, and threads have no priorities. What else sysconf() may be
// asked is listed; more is refused.
//
// POSIX.1-2017, rand(3p), drand48(3p), sysconf(3p); getrandom(2), gettid(2), sched_getaffinity(2).
#include "sim/posix/environment.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cstring>

#include "sim/engine/random.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"

namespace weir::sim {
namespace {

constexpr int kProcessors = 4;
constexpr pid_t kLoadPid = 1000;           // the first process's, before it runs
constexpr pid_t kFirstThreadId = 20000;    // above every pid
constexpr size_t kMostEntropyBytes = 256;  // of getentropy()

EnvironmentState& State() { return posix_state().environment; }

random_data& Generator() {
  EnvironmentState& state = State();
  if (state.random.state == nullptr) {
    initstate_r(1, state.random_words, sizeof state.random_words, &state.random);
  }
  return state.random;
}

long NextRandom() {
  int32_t value = 0;
  random_r(&Generator(), &value);
  return value;
}

uint64_t NextEntropy() { return Mix(++State().entropy); }

void FillWithEntropy(void* buffer, size_t size) {
  auto* at = static_cast<char*>(buffer);
  while (size > 0) {
    const uint64_t bits = NextEntropy();
    const size_t part = size < sizeof bits ? size : sizeof bits;
    std::memcpy(at, &bits, part);
    at += part;
    size -= part;
  }
}

// Answers that are the same everywhere; −2 for a question that is not listed.
long SystemConstant(int name) {
  switch (name) {
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN:
      return kProcessors;
    case _SC_PAGESIZE:
      return static_cast<long>(kPage);
    case _SC_PHYS_PAGES:
    case _SC_AVPHYS_PAGES:
      return static_cast<long>(kHeapBytes / kPage);
    case _SC_CLK_TCK:
      return 100;
    case _SC_OPEN_MAX:
      return kMaxDescriptors;
    case _SC_IOV_MAX:
      return 1024;
    case _SC_ARG_MAX:
      return 2 << 20;
    case _SC_HOST_NAME_MAX:
      return 64;
    case _SC_THREAD_KEYS_MAX:
      return kMaxKeys;
    case _SC_THREAD_STACK_MIN:
      return 16 << 10;
    case _SC_THREAD_DESTRUCTOR_ITERATIONS:
      return 4;
    case _SC_SEM_VALUE_MAX:
      return INT32_MAX;
    case _SC_LEVEL1_DCACHE_LINESIZE:
    case _SC_LEVEL2_CACHE_LINESIZE:
      return 64;
    case _SC_VERSION:
    case _SC_THREADS:
    case _SC_TIMERS:
    case _SC_MONOTONIC_CLOCK:
    case _SC_SHARED_MEMORY_OBJECTS:
    case _SC_THREAD_PROCESS_SHARED:
      return 200809;
    default:
      return -2;
  }
}

int FillProcessors(size_t size, cpu_set_t* set) {
  if (size * 8 < kProcessors) return EINVAL;
  std::memset(set, 0, size);
  for (int i = 0; i < kProcessors; ++i) CPU_SET_S(static_cast<unsigned>(i), size, set);
  return 0;
}

// Members of std::random_device, as the compiler calls them; `device` is never looked at.
unsigned RandomDeviceValue(void*) { return static_cast<unsigned>(NextEntropy()); }
void RandomDeviceInit(void*, const void*) {}
void RandomDeviceFini(void*) {}
double RandomDeviceEntropy(const void*) { return 32.0; }

struct Replacement {
  std::string_view symbol;
  void* function;
};
// In both of libstdc++'s string ABIs; "pretr1" is what code compiled by GCC 4 calls.
const Replacement kReplacements[] = {
    {"_ZNSt13random_device9_M_getvalEv", reinterpret_cast<void*>(RandomDeviceValue)},
    {"_ZNSt13random_device16_M_getval_pretr1Ev", reinterpret_cast<void*>(RandomDeviceValue)},
    {"_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
     reinterpret_cast<void*>(RandomDeviceInit)},
    {"_ZNSt13random_device7_M_initERKSs", reinterpret_cast<void*>(RandomDeviceInit)},
    {"_ZNSt13random_device14_M_init_pretr1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
     reinterpret_cast<void*>(RandomDeviceInit)},
    {"_ZNSt13random_device14_M_init_pretr1ERKSs", reinterpret_cast<void*>(RandomDeviceInit)},
    {"_ZNSt13random_device7_M_finiEv", reinterpret_cast<void*>(RandomDeviceFini)},
    {"_ZNKSt13random_device13_M_getentropyEv", reinterpret_cast<void*>(RandomDeviceEntropy)},
};

}  // namespace

void* ReplacementFor(std::string_view symbol) {
  for (const Replacement& replacement : kReplacements) {
    if (replacement.symbol == symbol) return replacement.function;
  }
  return nullptr;
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

// --- environment variables
// ----------------------------------------------------------------------------------

char* getenv(const char* name) noexcept { return InHost() ? WEIR_REAL(getenv)(name) : nullptr; }

char* secure_getenv(const char* name) noexcept {
  return InHost() ? WEIR_REAL(secure_getenv)(name) : nullptr;
}

char* getcwd(char* buffer, size_t size) noexcept {
  if (InHost()) return WEIR_REAL(getcwd)(buffer, size);
  if (buffer != nullptr && size < sizeof "/") {
    errno = size == 0 ? EINVAL : ERANGE;
    return nullptr;
  }
  // Without a buffer glibc allocates one, of `size` bytes if that is not 0.
  if (buffer == nullptr) buffer = static_cast<char*>(malloc(size < sizeof "/" ? sizeof "/" : size));
  if (buffer != nullptr) std::memcpy(buffer, "/", sizeof "/");
  return buffer;
}

// --- random numbers
// -----------------------------------------------------------------------------------------

long random() noexcept { return InHost() ? WEIR_REAL(random)() : NextRandom(); }
int rand() noexcept { return InHost() ? WEIR_REAL(rand)() : static_cast<int>(NextRandom()); }

void srandom(unsigned seed) noexcept {
  if (InHost()) return WEIR_REAL(srandom)(seed);
  srandom_r(seed, &Generator());
}
void srand(unsigned seed) noexcept { srandom(seed); }

double drand48() noexcept {
  if (InHost()) return WEIR_REAL(drand48)();
  double value = 0;
  drand48_r(&State().drand48, &value);
  return value;
}
long lrand48() noexcept {
  if (InHost()) return WEIR_REAL(lrand48)();
  long value = 0;
  lrand48_r(&State().drand48, &value);
  return value;
}
long mrand48() noexcept {
  if (InHost()) return WEIR_REAL(mrand48)();
  long value = 0;
  mrand48_r(&State().drand48, &value);
  return value;
}
void srand48(long seed) noexcept {
  if (InHost()) return WEIR_REAL(srand48)(seed);
  srand48_r(seed, &State().drand48);
}

ssize_t getrandom(void* buffer, size_t size, unsigned flags) {
  if (InHost()) return WEIR_REAL(getrandom)(buffer, size, flags);
  FillWithEntropy(buffer, size);
  return static_cast<ssize_t>(size);
}
int getentropy(void* buffer, size_t size) {
  if (InHost()) return WEIR_REAL(getentropy)(buffer, size);
  if (size > kMostEntropyBytes) {
    errno = EIO;
    return -1;
  }
  FillWithEntropy(buffer, size);
  return 0;
}
uint32_t arc4random() noexcept {
  return InHost() ? WEIR_REAL(arc4random)() : static_cast<uint32_t>(NextEntropy());
}
void arc4random_buf(void* buffer, size_t size) noexcept {
  if (InHost()) return WEIR_REAL(arc4random_buf)(buffer, size);
  FillWithEntropy(buffer, size);
}
uint32_t arc4random_uniform(uint32_t bound) noexcept {
  if (InHost()) return WEIR_REAL(arc4random_uniform)(bound);
  return static_cast<uint32_t>((NextEntropy() >> 32) * bound >> 32);
}

// --- ids
// ----------------------------------------------------------------------------------------------------

pid_t getpid() noexcept {
  if (InHost()) return WEIR_REAL(getpid)();
  return g_mode == Mode::kLoad ? kLoadPid : static_cast<pid_t>(CurrentProcess().pid);
}

// The first process's parent is not simulated; it is that of all others.
pid_t getppid() noexcept {
  if (InHost()) return WEIR_REAL(getppid)();
  if (g_mode == Mode::kLoad || CurrentThread().process == 0) return 1;
  return static_cast<pid_t>(world().processes[0].pid);
}

pid_t gettid() noexcept {
  if (InHost()) return WEIR_REAL(gettid)();
  if (g_mode == Mode::kLoad) return kLoadPid;
  if (CurrentProcess().main == world().current) return static_cast<pid_t>(CurrentProcess().pid);
  return kFirstThreadId + static_cast<pid_t>(CurrentThread().uid);
}

// --- the machine
// --------------------------------------------------------------------------------------------

long sysconf(int name) noexcept {
  if (InHost()) return WEIR_REAL(sysconf)(name);
  const long value = SystemConstant(name);
  if (value == -2) {
    FailExecution(VerdictKind::kUnsupportedCall, "sysconf",
                  "asks sysconf() for %d, which weir does not simulate", name);
  }
  return value;
}

int get_nprocs() noexcept { return InHost() ? WEIR_REAL(get_nprocs)() : kProcessors; }
int get_nprocs_conf() noexcept { return InHost() ? WEIR_REAL(get_nprocs_conf)() : kProcessors; }
int sched_getcpu() noexcept { return InHost() ? WEIR_REAL(sched_getcpu)() : 0; }

int sched_getaffinity(pid_t thread, size_t size, cpu_set_t* set) noexcept {
  if (InHost()) return WEIR_REAL(sched_getaffinity)(thread, size, set);
  errno = FillProcessors(size, set);
  return errno == 0 ? 0 : -1;
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t* set) noexcept {
  if (InHost()) return WEIR_REAL(pthread_getaffinity_np)(thread, size, set);
  return FillProcessors(size, set);
}

// Every thread has the ordinary policy, and without privileges gets no other.
int pthread_getschedparam(pthread_t thread, int* policy, sched_param* parameters) noexcept {
  if (InHost()) return WEIR_REAL(pthread_getschedparam)(thread, policy, parameters);
  *policy = SCHED_OTHER;
  parameters->sched_priority = 0;
  return 0;
}

int pthread_setschedparam(pthread_t thread, int policy, const sched_param* parameters) noexcept {
  if (InHost()) return WEIR_REAL(pthread_setschedparam)(thread, policy, parameters);
  if (policy != SCHED_OTHER) return EPERM;
  return parameters->sched_priority == 0 ? 0 : EINVAL;
}

}  // extern "C"
