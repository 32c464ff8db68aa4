#include "sim/posix/library_calls.h"

#include <cstring>
#include <deque>
#include <string>

#include "sim/engine/scheduler.h"
#include "sim/posix/call_stub.h"
#include "sim/posix/orders.h"
#include "sim/posix/race.h"

namespace weir::sim {
namespace {

struct Library {
  uintptr_t begin, end;
  std::string file;
};

// The assembler below knows the offset of `original`.
struct NotedCall {
  uintptr_t original;
  std::string function;
  size_t library;
};

struct LastCall {
  uint32_t clock;         // the thread's; its accesses before the call have lower ones
  const NotedCall* call;  // null: none yet
};

// Of the process; constant once the target is loaded. Addresses of their elements stay.
std::deque<Library> g_libraries;
std::deque<NotedCall> g_noted;
// Of the execution: ForgetCalls() clears what a thread's number was used for.
LastCall g_last[kRaceThreads][kMostNotedLibraries];
// In place of a call: the thread is one that the library has started.
const NotedCall g_own_thread = {};

}  // namespace

extern "C" [[gnu::used]] void WeirNoteCall(const NotedCall* call) {
  if (g_mode != Mode::kTarget) return;
  const RaceThread thread = RaceSelf();
  g_races->Step(thread);
  LastCall& last = g_last[thread][call->library];
  if (last.call != &g_own_thread) last = {g_races->Clock(thread), call};
}

// %r11 holds the NotedCall. All registers that may hold an argument are as before when the function
// is jumped to, and so is the stack.
extern "C" void WeirNoteEntry();
asm(R"(
.text
.globl WeirNoteEntry
.type WeirNoteEntry, @function
WeirNoteEntry:
  .cfi_startproc
)" WEIR_SAVE_ARGUMENTS R"(
  movq %r11, %rdi
  call WeirNoteCall
)" WEIR_RESTORE_ARGUMENTS R"(
  leave
  .cfi_def_cfa %rsp, 8
  jmp *(%r11)
  .cfi_endproc
.size WeirNoteEntry, .-WeirNoteEntry
)");
static_assert(offsetof(NotedCall, original) == 0);

void NoteCallsInto(uintptr_t begin, uintptr_t end, std::string_view file) {
  if (g_libraries.size() == kMostNotedLibraries) return;
  g_libraries.push_back({begin, end, std::string(file)});
}

void* NotedCallFor(const char* name, uintptr_t resolved) {
  for (size_t i = 0; i < g_libraries.size(); ++i) {
    if (resolved < g_libraries[i].begin || resolved >= g_libraries[i].end) continue;
    g_noted.push_back({resolved, FunctionOf(name), i});
    return CallStub(&g_noted.back(), reinterpret_cast<uintptr_t>(&WeirNoteEntry));
  }
  return nullptr;
}

void ForgetCalls(RaceThread thread) { std::memset(g_last[thread], 0, sizeof g_last[thread]); }

void NoteStart(RaceThread thread, uintptr_t start) {
  for (size_t i = 0; i < g_libraries.size(); ++i) {
    if (start < g_libraries[i].begin || start >= g_libraries[i].end) continue;
    g_last[thread][i] = {~uint32_t{0}, &g_own_thread};
  }
}

UnseenCalls UnseenCallsBetween(RaceThread earlier, uint32_t clock, RaceThread later) {
  for (size_t i = 0; i < g_libraries.size(); ++i) {
    const LastCall& after = g_last[earlier][i];
    const LastCall& before = g_last[later][i];
    if (after.call == nullptr || after.clock <= clock || before.call == nullptr) continue;
    const bool own = after.call == &g_own_thread || before.call == &g_own_thread;
    if (!own && HasOrderIn(g_libraries[i].begin, g_libraries[i].end)) continue;
    return {g_libraries[i].file.c_str(), after.call->function.c_str(),
            before.call->function.c_str()};
  }
  return {};
}

}  // namespace weir::sim
