#include "sim/engine/fiber.h"

#include <asm/prctl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/engine/engine.h"
#include "sim/engine/world.h"

namespace weir::sim {

Slot g_slots[kMaxThreads];
int g_slot_count = 0;
bool g_write_by_instruction = false;

namespace {

constexpr unsigned long kHwcap2Fsgsbase = 2;
// Stacks at equal strides fall into the same cache sets; each top is moved down by another multiple
// of two cache lines (measured by the prototype: 20 → 31 ns per switch from 4 to 64 fibers
// without).
constexpr size_t kColour = 128;
constexpr size_t kColours = 32;
// What of a stack is writable from the start: most threads never need more.
constexpr size_t kFirstPages = 0;

void (*g_before_parking)(ThreadSlot) = nullptr;

struct TlsImage {
  uintptr_t begin;
  std::vector<char> bytes;
};
std::vector<TlsImage> g_tls_images[kMaxThreads];

// 1 when the thread that was created last will not touch its stack any more.
uint32_t g_parked;

// Tells so and sleeps for ever, in one piece of code that needs no stack: from the store on it
// belongs to the fiber of this slot, and CreateSlots() zeroes it.
[[noreturn]] void ParkForever() {
  asm volatile(
      "movl $1, (%%rdi)\n"
      "syscall\n"  // futex(2): wake the creator
      "1: movl %0, %%eax\n"
      "syscall\n"  // pause(2)
      "jmp 1b"
      :
      : "i"(SYS_pause), "a"(SYS_futex), "D"(&g_parked), "S"(FUTEX_WAKE_PRIVATE), "d"(1)
      : "rcx", "r11", "memory");
  __builtin_unreachable();
}

void WaitUntilParked() {
  while (__atomic_load_n(&g_parked, __ATOMIC_ACQUIRE) == 0) {
    syscall(SYS_futex, &g_parked, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
}

void* Borrowed(void* argument) {
  const auto slot = static_cast<ThreadSlot>(reinterpret_cast<uintptr_t>(argument));
  Slot& s = g_slots[slot];
  if (g_before_parking != nullptr) g_before_parking(slot);
  s.fs_base = ReadFsBase();
  s.tls_low = reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~uintptr_t{63};
  ParkForever();
}

absl::Status CreateSlot(ThreadSlot slot, uintptr_t base, size_t stack_bytes) {
  Slot& s = g_slots[slot];
  s.guard = base;
  s.stack_low = base + kPage;
  s.end = s.stack_low + stack_bytes;
  if (mprotect(reinterpret_cast<void*>(s.stack_low), stack_bytes, PROT_READ | PROT_WRITE) != 0) {
    return absl::InternalError(absl::StrCat("no memory for the stack of slot ", slot));
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, reinterpret_cast<void*>(s.stack_low),
                        stack_bytes - slot % kColours * kColour);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  g_parked = 0;
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, Borrowed,
                                   reinterpret_cast<void*>(static_cast<uintptr_t>(slot)));
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot create borrowed thread ", slot, ": ", strerror(error)));
  }
  WaitUntilParked();
  s.stack_top = s.tls_low - 64;
  return absl::OkStatus();
}

}  // namespace

uintptr_t ReadFsBase() {
  uintptr_t value = 0;
  asm("mov %%fs:0, %0"
      : "=r"(value));  // the descriptor's first word is its own address (x86-64 ABI)
  return value;
}

// By hand: a call into libc would be stopped as one of the target (system_calls.h).
void WriteFsBaseByCall(uintptr_t value) {
  long result = SYS_arch_prctl;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(long{ARCH_SET_FS}), "S"(value)
               : "rcx", "r11", "memory");
}

absl::Status CreateSlots(int count, size_t stack_bytes, bool use_arch_prctl,
                         void (*before_parking)(ThreadSlot slot)) {
  g_write_by_instruction = !use_arch_prctl && (getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
  g_before_parking = before_parking;
  // Borrowed threads inherit the mask: no signal may ever wake one.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  absl::Status status;
  for (int i = 0; i < count && status.ok(); ++i) {
    const uintptr_t base =
        kWorldAddress + kSlotsOffset + static_cast<uintptr_t>(i) * (stack_bytes + kPage);
    status = CreateSlot(static_cast<ThreadSlot>(i), base, stack_bytes);
    if (status.ok()) g_slot_count = i + 1;
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (!status.ok()) return status;
  for (int i = 0; i < count; ++i) {
    Slot& s = g_slots[i];
    ImageTls(static_cast<ThreadSlot>(i), s.tls_low, s.fs_base);
    s.dirty_low = (s.stack_top & ~(kPage - 1)) - kFirstPages * kPage;
    mprotect(reinterpret_cast<void*>(s.stack_low), s.dirty_low - s.stack_low, PROT_READ);
    ZeroStack(static_cast<ThreadSlot>(i));
  }
  return absl::OkStatus();
}

void ImageTls(ThreadSlot slot, uintptr_t begin, uintptr_t end) {
  const char* const from = reinterpret_cast<const char*>(begin);
  g_tls_images[slot].push_back({begin, std::vector<char>(from, from + (end - begin))});
}

void FreshTls(ThreadSlot slot) {
  for (const TlsImage& image : g_tls_images[slot]) {
    std::memcpy(reinterpret_cast<void*>(image.begin), image.bytes.data(), image.bytes.size());
  }
}

void VisitTls(ThreadSlot slot, void (*visit)(void* context, uintptr_t begin, size_t bytes),
              void* context) {
  for (const TlsImage& image : g_tls_images[slot]) visit(context, image.begin, image.bytes.size());
}

void ZeroStack(ThreadSlot slot) {
  const Slot& s = g_slots[slot];
  std::memset(reinterpret_cast<void*>(s.dirty_low), 0, s.stack_top - s.dirty_low);
}

ThreadSlot SlotAt(uintptr_t address) {
  if (g_slot_count == 0 || address < g_slots[0].guard) return kNoThread;
  const size_t stride = g_slots[0].end - g_slots[0].guard;
  const size_t index = (address - g_slots[0].guard) / stride;
  return index < static_cast<size_t>(g_slot_count) ? static_cast<ThreadSlot>(index) : kNoThread;
}

bool GrowStack(uintptr_t address) {
  const ThreadSlot slot = SlotAt(address);
  if (slot == kNoThread) return false;
  Slot& s = g_slots[slot];
  if (address < s.stack_low || address >= s.dirty_low) return false;
  const uintptr_t page = address & ~(kPage - 1);
  if (mprotect(reinterpret_cast<void*>(page), s.dirty_low - page, PROT_READ | PROT_WRITE) != 0) {
    return false;
  }
  s.dirty_low = page;
  return true;
}

bool InGuard(uintptr_t address, ThreadSlot* slot) {
  *slot = SlotAt(address);
  return *slot != kNoThread && address < g_slots[*slot].stack_low;
}

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::transfer_t;

// The bare jump is measured as a scheduler makes it: between several fibers, in an order that the
// processor cannot learn, from more than one place in the code. (Two fibers that bounce from one
// place cost a third of that, since every jump is then predicted; no program behaves so.)
constexpr int kBenchFibers = 4;
constexpr size_t kBenchOrder = 1 << 16;
struct Bench {
  fcontext_t contexts[kBenchFibers];
  fcontext_t host;
  uint64_t left;
  size_t at;
  uint8_t order[kBenchOrder];
  int current;
};
Bench g_bench;

[[gnu::always_inline]] inline void BenchJump() {
  Bench& b = g_bench;
  const int from = b.current;
  int to = b.order[b.at++ & (kBenchOrder - 1)];
  if (to == from) to = (to + 1) % kBenchFibers;
  b.current = to;
  WriteFsBase(g_slots[to].fs_base);
  const transfer_t back =
      jump_fcontext(b.contexts[to], reinterpret_cast<void*>(static_cast<uintptr_t>(from)));
  b.contexts[reinterpret_cast<uintptr_t>(back.data)] = back.fctx;
}

void BenchFiber(transfer_t from) {
  Bench& b = g_bench;
  const auto slot = reinterpret_cast<uintptr_t>(from.data);
  (slot < kBenchFibers ? b.contexts[slot] : b.host) = from.fctx;
  while (b.left > 4) {
    BenchJump();
    BenchJump();
    BenchJump();
    BenchJump();
    b.left -= 4;
  }
  jump_fcontext(b.host, nullptr);
}

}  // namespace

double MeasureBareJump(uint64_t rounds) {
  constexpr size_t kStack = 16 << 10;
  static std::vector<char> stacks(kBenchFibers * kStack);
  Bench& b = g_bench;
  b.left = rounds;
  b.at = 0;
  b.current = 0;
  Random random(1);
  for (uint8_t& next : b.order) next = static_cast<uint8_t>(random.Below(kBenchFibers));
  for (int i = 0; i < kBenchFibers; ++i) {
    char* const top =
        stacks.data() + static_cast<size_t>(i + 1) * kStack - static_cast<size_t>(i) * kColour;
    b.contexts[i] = boost::context::detail::make_fcontext(top, kStack / 2, BenchFiber);
  }
  const uintptr_t fs = ReadFsBase();
  timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  WriteFsBase(g_slots[0].fs_base);
  jump_fcontext(b.contexts[0], reinterpret_cast<void*>(uintptr_t{kNoThread}));
  WriteFsBase(fs);
  clock_gettime(CLOCK_MONOTONIC, &end);
  const double ns = static_cast<double>(end.tv_sec - begin.tv_sec) * 1e9 +
                    static_cast<double>(end.tv_nsec - begin.tv_nsec);
  return ns / static_cast<double>(rounds);
}

}  // namespace weir::sim
