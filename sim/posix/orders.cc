#include "sim/posix/orders.h"

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <deque>

#include "absl/strings/str_cat.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/call_stub.h"
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
extern "C" void WeirOrderEntry();
asm(R"(
.text
.globl WeirOrderEntry
.type WeirOrderEntry, @function
WeirOrderEntry:
  .cfi_startproc
)" WEIR_SAVE_ARGUMENTS R"(
  movq %r11, %rdi
  leaq -32(%rbp), %rsi
  call WeirBeforeOrdered
)" WEIR_RESTORE_ARGUMENTS R"(
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
