#include "sim/posix/orders.h"

#include <cxxabi.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <deque>

#include "absl/strings/str_cat.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/race.h"
#include "sim/weir.h"

namespace weir::sim {
namespace {

struct Order {
  const char* function;
  uint32_t how;
  bool bound;
};

// A function that is called through WeirOrderEntry. The assembler below knows the offset of
// `original`.
struct OrderedCall {
  uintptr_t original;
  uint32_t how;
};

// Of the process; constant once the target is loaded. Addresses of their elements stay.
std::deque<Order> g_orders;
std::deque<OrderedCall> g_calls;

// The object of all functions that have none.
const char g_one_for_all = 0;

}  // namespace

// The arguments of a call, as WeirOrderEntry has pushed them.
struct OrderedArguments {
  const void* third;
  const void* first;
  const void* second;
};

static const void* ObjectOf(uint32_t how, const OrderedArguments* arguments) {
  if ((how & kOneForAll) != 0) return &g_one_for_all;
  if ((how & kThirdArgument) != 0) return arguments->third;
  return (how & kSecondArgument) != 0 ? arguments->second : arguments->first;
}

extern "C" [[gnu::used]] void WeirBeforeOrdered(const OrderedCall* call,
                                                const OrderedArguments* arguments) {
  if (g_mode != Mode::kTarget || (call->how & kReleases) == 0) return;
  const uint64_t place = RacePlaceOf(ObjectOf(call->how, arguments));
  if ((call->how & kShared) != 0) {
    g_races->ReleaseReader(RaceSelf(), place);
  } else {
    g_races->DeclareRelease(RaceSelf(), place);
  }
}

// `result` is what %rax holds: a truth value in its lowest byte, or a pointer.
extern "C" [[gnu::used]] void WeirAfterOrdered(const OrderedCall* call,
                                               const OrderedArguments* arguments,
                                               uintptr_t result) {
  if (g_mode != Mode::kTarget || (call->how & kAcquires) == 0) return;
  if ((call->how & kIfTrue) != 0 && static_cast<uint8_t>(result) == 0) return;
  const bool at_result = (call->how & kAtResult) != 0;
  const void* const object =
      at_result ? reinterpret_cast<const void*>(result) : ObjectOf(call->how, arguments);
  const uint64_t place = RacePlaceOf(object);
  g_races->Acquire(RaceSelf(), place);
  if ((call->how & kShared) == 0) g_races->AcquireReaders(RaceSelf(), place);
}

// %r11 holds the OrderedCall. The function is called with all arguments that lie in registers, and
// its result is handed on, whatever it is. What it throws passes through: the frame is described by
// its frame pointer, and there is nothing to clean up. Arguments on the stack are not handed on.
//
//   -16(%rbp) second argument   -24 first   -32 third   -40 fourth   -48 fifth   -56 sixth
//   -64 %rax (how many vector registers; later the result)   -72 %r11   -80 %rdx of the result
//   -208 … -80(%rbp): the vector registers
extern "C" void WeirOrderEntry();
asm(R"(
.text
.globl WeirOrderEntry
.type WeirOrderEntry, @function
WeirOrderEntry:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  subq $208, %rsp
  movq %rsi, -16(%rbp)
  movq %rdi, -24(%rbp)
  movq %rdx, -32(%rbp)
  movq %rcx, -40(%rbp)
  movq %r8, -48(%rbp)
  movq %r9, -56(%rbp)
  movq %rax, -64(%rbp)
  movq %r11, -72(%rbp)
  movups %xmm0, -208(%rbp)
  movups %xmm1, -192(%rbp)
  movups %xmm2, -176(%rbp)
  movups %xmm3, -160(%rbp)
  movups %xmm4, -144(%rbp)
  movups %xmm5, -128(%rbp)
  movups %xmm6, -112(%rbp)
  movups %xmm7, -96(%rbp)
  movq %r11, %rdi
  leaq -32(%rbp), %rsi
  call WeirBeforeOrdered
  movups -208(%rbp), %xmm0
  movups -192(%rbp), %xmm1
  movups -176(%rbp), %xmm2
  movups -160(%rbp), %xmm3
  movups -144(%rbp), %xmm4
  movups -128(%rbp), %xmm5
  movups -112(%rbp), %xmm6
  movups -96(%rbp), %xmm7
  movq -24(%rbp), %rdi
  movq -16(%rbp), %rsi
  movq -32(%rbp), %rdx
  movq -40(%rbp), %rcx
  movq -48(%rbp), %r8
  movq -56(%rbp), %r9
  movq -64(%rbp), %rax
  movq -72(%rbp), %r11
  call *(%r11)
  movq %rax, -64(%rbp)
  movq %rdx, -80(%rbp)
  movups %xmm0, -208(%rbp)
  movups %xmm1, -192(%rbp)
  movq -72(%rbp), %rdi
  leaq -32(%rbp), %rsi
  movq %rax, %rdx
  call WeirAfterOrdered
  movups -208(%rbp), %xmm0
  movups -192(%rbp), %xmm1
  movq -64(%rbp), %rax
  movq -80(%rbp), %rdx
  leave
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
.size WeirOrderEntry, .-WeirOrderEntry
)");
static_assert(offsetof(OrderedCall, original) == 0);
static_assert(offsetof(OrderedArguments, first) == 8 && offsetof(OrderedArguments, second) == 16);

// movabs $call, %r11 ; movabs $entry, %r10 ; jmp *%r10
void* CallStub(const void* call, uintptr_t entry) {
  constexpr size_t kStubBytes = 32;
  constexpr size_t kBytes = 64 << 10;
  static unsigned char* next = nullptr;
  static unsigned char* end = nullptr;
  if (next == end) {
    void* const at = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return nullptr;
    next = static_cast<unsigned char*>(at);
    end = next + kBytes;
  }
  const auto argument = reinterpret_cast<uintptr_t>(call);
  const unsigned char code[] = {0x49, 0xBB, 0, 0, 0, 0, 0, 0, 0,    0,    0x49, 0xBA,
                                0,    0,    0, 0, 0, 0, 0, 0, 0x41, 0xFF, 0xE2};
  std::memcpy(next, code, sizeof code);
  std::memcpy(next + 2, &argument, sizeof argument);
  std::memcpy(next + 12, &entry, sizeof entry);
  unsigned char* const stub = next;
  next += kStubBytes;
  return stub;
}

std::string FunctionOf(const char* linkage) {
  int status = 0;
  char* const demangled = abi::__cxa_demangle(linkage, nullptr, nullptr, &status);
  if (demangled == nullptr) return linkage;
  const std::string name(demangled);
  std::free(demangled);
  return name.substr(0, name.find('('));
}

namespace {

Order* FindOrder(const std::string& function) {
  for (Order& order : g_orders) {
    if (IsFunctionDeclared(function, order.function)) return &order;
  }
  return nullptr;
}

}  // namespace

bool IsFunctionDeclared(std::string_view name, std::string_view declared) {
  if (name == declared) return true;
  const size_t first = declared.find("::");
  if (first == std::string_view::npos) return false;
  const std::string_view rest = declared.substr(first);
  return name.starts_with(declared.substr(0, first + 2)) && name.ends_with(rest) &&
         name.size() > declared.size();
}

void DeclareOrder(const char* function, uint32_t how) {
  HostScope host;
  g_orders.push_back({function, how, false});
}

void* OrderFor(const char* name, uintptr_t resolved) {
  if (g_races == nullptr || g_orders.empty() || resolved == 0) return nullptr;
  Order* const order = FindOrder(FunctionOf(name));
  if (order == nullptr) return nullptr;
  order->bound = true;
  g_calls.push_back({resolved, order->how});
  return CallStub(&g_calls.back(), reinterpret_cast<uintptr_t>(&WeirOrderEntry));
}

bool HasOrderIn(uintptr_t begin, uintptr_t end) {
  for (const OrderedCall& call : g_calls) {
    if (call.original >= begin && call.original < end) return true;
  }
  return false;
}

absl::Status CheckOrders(const std::string& target_path) {
  if (g_races == nullptr) return absl::OkStatus();
  for (const Order& order : g_orders) {
    if (order.bound || (order.how & kIfUsed) != 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(target_path, ": WEIR_ORDERS(\"", order.function,
                     "\"): nobody imports a function of that name; it may be inlined, linked "
                     "statically or misspelt, and its order is not seen"));
  }
  return absl::OkStatus();
}

}  // namespace weir::sim
