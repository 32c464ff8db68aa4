// A stub stands for an import of the target: it keeps what a call finds in its registers while weir
// is told of the call.
#ifndef WEIR_SIM_POSIX_CALL_STUB_H_
#define WEIR_SIM_POSIX_CALL_STUB_H_

#include <cstdint>

namespace weir::sim {

// Makes code that jumps to `entry` with `call` in %r11; an import is bound to it. It changes %r10
// and %r11, neither of which holds an argument of C or C++. It is null where there is no memory.
// Host only.
void* CallStub(const void* call, uintptr_t entry);

}  // namespace weir::sim

// The beginning of such an entry, as text for asm(): a frame of its own, with every register that
// may hold an argument (System V ABI for x86-64, 3.2.3), and %r11:
//
//   -16(%rbp) second argument   -24 first   -32 third   -40 fourth   -48 fifth   -56 sixth
//   -64 %rax (how many vector registers; later the result)   -72 %r11   -80 %rdx of the result
//   -208 … -80(%rbp): the vector registers
// The caller's frame pointer stays valid, so that a stack can be walked from here.
// clang-format off
#define WEIR_SAVE_ARGUMENTS \
  "  pushq %rbp\n" \
  "  .cfi_def_cfa_offset 16\n" \
  "  .cfi_offset %rbp, -16\n" \
  "  movq %rsp, %rbp\n" \
  "  .cfi_def_cfa_register %rbp\n" \
  "  subq $208, %rsp\n" \
  "  movq %rsi, -16(%rbp)\n" \
  "  movq %rdi, -24(%rbp)\n" \
  "  movq %rdx, -32(%rbp)\n" \
  "  movq %rcx, -40(%rbp)\n" \
  "  movq %r8, -48(%rbp)\n" \
  "  movq %r9, -56(%rbp)\n" \
  "  movq %rax, -64(%rbp)\n" \
  "  movq %r11, -72(%rbp)\n" \
  "  movups %xmm0, -208(%rbp)\n" \
  "  movups %xmm1, -192(%rbp)\n" \
  "  movups %xmm2, -176(%rbp)\n" \
  "  movups %xmm3, -160(%rbp)\n" \
  "  movups %xmm4, -144(%rbp)\n" \
  "  movups %xmm5, -128(%rbp)\n" \
  "  movups %xmm6, -112(%rbp)\n" \
  "  movups %xmm7, -96(%rbp)\n"

// All of them as they were; the frame stays.
#define WEIR_RESTORE_ARGUMENTS \
  "  movups -208(%rbp), %xmm0\n" \
  "  movups -192(%rbp), %xmm1\n" \
  "  movups -176(%rbp), %xmm2\n" \
  "  movups -160(%rbp), %xmm3\n" \
  "  movups -144(%rbp), %xmm4\n" \
  "  movups -128(%rbp), %xmm5\n" \
  "  movups -112(%rbp), %xmm6\n" \
  "  movups -96(%rbp), %xmm7\n" \
  "  movq -24(%rbp), %rdi\n" \
  "  movq -16(%rbp), %rsi\n" \
  "  movq -32(%rbp), %rdx\n" \
  "  movq -40(%rbp), %rcx\n" \
  "  movq -48(%rbp), %r8\n" \
  "  movq -56(%rbp), %r9\n" \
  "  movq -64(%rbp), %rax\n" \
  "  movq -72(%rbp), %r11\n"
// clang-format on

#endif  // WEIR_SIM_POSIX_CALL_STUB_H_
