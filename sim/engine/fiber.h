// Slots: stacks with real thread-local storage, borrowed from parked threads, and the jump between
// them.
//
// Each slot belongs to a pthread that was created on memory of the World, reported its FS base, and
// sleeps in the kernel for ever. glibc laid its TLS and its descriptor at the top of that memory; a
// fiber that runs there with that FS base has `thread_local`, errno and the identity of a thread of
// its own.
#ifndef WEIR_SIM_ENGINE_FIBER_H_
#define WEIR_SIM_ENGINE_FIBER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "sim/engine/limits.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

// A slot's memory: [guard) [stack … ) [static TLS ) [descriptor).
struct Slot {
  uintptr_t guard;      // one page, never accessible
  uintptr_t stack_low;  // lowest byte of the stack
  uintptr_t
      dirty_low;  // lowest page that is writable; below, the stack was never used in this process
  uintptr_t stack_top;  // where a fiber's stack starts, going down
  uintptr_t tls_low;    // static TLS and the borrowed thread's own frames: [tls_low, fs_base)
  uintptr_t fs_base;
  uintptr_t end;
};
extern Slot g_slots[kMaxThreads];
extern int g_slot_count;

// Creates the borrowed threads; after the target's libraries are loaded, so that their TLS is
// included. `before_parking` runs on each of them (to touch dynamic TLS). Once per process.
absl::Status CreateSlots(int count, size_t stack_bytes, bool use_arch_prctl,
                         void (*before_parking)(ThreadSlot slot));

// Saves the TLS of every slot as its fresh state; FreshTls puts it back (at each spawn).
void ImageTls(ThreadSlot slot, uintptr_t begin, uintptr_t end);
void FreshTls(ThreadSlot slot);
// Calls `visit` for each of those ranges.
void VisitTls(ThreadSlot slot, void (*visit)(void* context, uintptr_t begin, size_t bytes),
              void* context = nullptr);

// Zeroes the part of the stack that was used since the process began.
void ZeroStack(ThreadSlot slot);

// From the fault handler. True if `address` was an untouched page of some slot's stack.
bool GrowStack(uintptr_t address);
// True if it lies in a guard page, and whose.
bool InGuard(uintptr_t address, ThreadSlot* slot);
// The slot whose memory contains the address, or kNoThread.
ThreadSlot SlotAt(uintptr_t address);

extern bool g_write_by_instruction;  // FSGSBASE: the kernel lets us
void WriteFsBaseByCall(uintptr_t value);

// Instruction or arch_prctl(2), as CreateSlots was told.
[[gnu::always_inline]] inline void WriteFsBase(uintptr_t value) {
  if (g_write_by_instruction) [[likely]] {
    asm volatile("wrfsbase %0" ::"r"(value) : "memory");
  } else {
    WriteFsBaseByCall(value);
  }
}
uintptr_t ReadFsBase();

// Boost.Context's jump and its saved frame on x86-64 System V (fcontext 1.74): what lies at a
// context.
struct SavedFrame {
  uint64_t control_words, r12, r13, r14, r15, rbx, rbp, rip;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_FIBER_H_
