#include "sim/verdict/symbols.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/limits.h"

namespace weir::sim {
namespace {

constexpr size_t kMostFrames = 128;
constexpr int kRegisters = 17;
constexpr int kRip = 16;
constexpr pid_t kOnlyThread = 1;

std::string Demangle(const char* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  if (status != 0 || text == nullptr) return name;
  std::string demangled = text;
  std::free(text);
  return demangled;
}

// The name of a function or of an inlined one, which has it at its abstract origin.
std::string DieFunction(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned at : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name}) {
    if (dwarf_attr_integrate(die, at, &attribute) == nullptr) continue;
    if (const char* name = dwarf_formstring(&attribute)) return Demangle(name);
  }
  return "";
}

int DieNumber(Dwarf_Die* die, unsigned at) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr(die, at, &attribute), &value) != 0) return 0;
  return static_cast<int>(value);
}

const char* CallFile(Dwarf_Die* unit, Dwarf_Die* inlined) {
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  const int index = DieNumber(inlined, DW_AT_call_file);
  if (dwarf_getsrcfiles(unit, &files, &count) != 0) return nullptr;
  return dwarf_filesrc(files, static_cast<size_t>(index), nullptr, nullptr);
}

// "./src/fence/drain.cc" is "fence/drain.cc".
std::string CleanFile(const char* file) {
  if (file == nullptr) return "";
  std::string_view text = file;
  while (text.starts_with("./")) text.remove_prefix(2);
  return std::string(text);
}

// The compilation unit that holds the address. Clang writes no .debug_aranges, which is all that
// dwfl_module_addrdie looks at; then every unit is asked.
Dwarf_Die* UnitAt(Dwfl_Module* module, uint64_t pc, Dwarf_Addr* bias) {
  if (Dwarf_Die* unit = dwfl_module_addrdie(module, pc, bias)) return unit;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, bias)) != nullptr;) {
    if (dwarf_haspc(unit, pc - *bias) == 1) return unit;
  }
  return nullptr;
}

void SetLine(Dwarf_Die* unit, uint64_t address, Frame& frame) {
  Dwarf_Line* line = dwarf_getsrc_die(unit, address);
  if (line == nullptr) return;
  frame.file = CleanFile(dwarf_linesrc(line, nullptr, nullptr));
  dwarf_lineno(line, &frame.line);
}

bool HasCode(Dwarf_Die* die, uint64_t address) {
  const int tag = dwarf_tag(die);
  const bool has_ranges =
      tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block;
  return has_ranges && dwarf_haspc(die, address) == 1;
}

// Appends the scopes in `die` that hold the address, outermost first: what contains what in the
// machine code, not in the source. dwarf_getscopes() would not look into namespaces: they have no
// addresses themselves, but clang describes the functions that are defined in them there.
bool AppendScopes(Dwarf_Die* die, uint64_t address, std::vector<Dwarf_Die>& scopes) {
  Dwarf_Die child;
  if (dwarf_child(die, &child) != 0) return false;
  do {
    if (HasCode(&child, address)) {
      scopes.push_back(child);
      AppendScopes(&child, address, scopes);
      return true;
    }
    if (dwarf_tag(&child) == DW_TAG_namespace && AppendScopes(&child, address, scopes)) return true;
  } while (dwarf_siblingof(&child, &child) == 0);
  return false;
}

// Replaces the one frame in `at` by the chain of inlined calls that the debug information tells.
void AddInlined(Dwarf_Die* unit, uint64_t address, uint64_t pc, std::vector<Frame>& at) {
  std::vector<Dwarf_Die> scopes;
  AppendScopes(unit, address, scopes);
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    const int tag = dwarf_tag(&*scope);
    if (tag == DW_TAG_lexical_block) continue;
    if (std::string name = DieFunction(&*scope); !name.empty()) at.back().function = name;
    dwarf_decl_line(&*scope, &at.back().function_line);
    if (tag == DW_TAG_subprogram) break;
    at.back().inlined = true;
    Frame caller;
    caller.pc = pc;
    caller.function = "?";
    caller.file = CleanFile(CallFile(unit, &*scope));
    caller.line = DieNumber(&*scope, DW_AT_call_line);
    at.push_back(std::move(caller));
  }
}

// What the user wrote: not a library's header, and not the one through which he speaks to weir.
bool IsUserFile(std::string_view file) {
  // GoogleTest may have been compiled with the target, from anywhere.
  constexpr std::string_view kNotUsers[] = {"sim/weir.h",    "sim/explore.h", "sim/oracles.h",
                                            "gtest/gtest.h", "/googletest/",  "/googlemock/"};
  return !file.empty() && !file.starts_with("/usr/") &&
         std::none_of(std::begin(kNotUsers), std::end(kNotUsers), [file](std::string_view part) {
           return file.find(part) != std::string_view::npos;
         });
}

// The engine's frames are no part of the story; nor is what starts a thread in libstdc++ and libc.
bool StartsThreads(const Frame& frame) {
  if (frame.in_host) return true;
  return !frame.in_target &&
         (frame.function == "execute_native_thread_routine" || frame.function == "start_thread" ||
          frame.function == "clone3" || frame.function.starts_with("0x"));
}

}  // namespace

struct Symbols::State {
  Dwfl* dwfl = nullptr;
  Dwfl_Module* host = nullptr;
  const uint64_t* registers = nullptr;  // of the thread that is being unwound
  std::map<uint64_t, std::vector<Frame>> cache;

  ~State() {
    if (dwfl != nullptr) dwfl_end(dwfl);
  }

  std::vector<Frame> Describe(uint64_t pc) const;
};

namespace {

// libdwfl asks for threads one by one; there is one, the one that is being unwound.
pid_t NextThread(Dwfl*, void* state, void** thread) {
  if (*thread != nullptr) return 0;
  *thread = state;
  return kOnlyThread;
}

bool GetThread(Dwfl*, pid_t thread_id, void* state, void** thread) {
  *thread = state;
  return thread_id == kOnlyThread;
}

// The stack may be garbage (a crash, an overflow), so it is read as a stranger's memory is.
bool ReadWord(Dwfl*, Dwarf_Addr address, Dwarf_Word* result, void*) {
  iovec local = {result, sizeof(*result)};
  iovec remote = {reinterpret_cast<void*>(address), sizeof(*result)};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == sizeof(*result);
}

}  // namespace

std::vector<Frame> Symbols::State::Describe(uint64_t pc) const {
  std::vector<Frame> at(1);
  at[0].pc = pc;
  at[0].function = absl::StrCat("0x", absl::Hex(pc));
  Dwfl_Module* module = dwfl_addrmodule(dwfl, pc);
  if (module != nullptr) {
    if (const char* name = dwfl_module_addrname(module, pc)) at[0].function = Demangle(name);
    // weir's own frames are never told, and its debug information is large.
    Dwarf_Addr bias = 0;
    Dwarf_Die* const unit = module == host ? nullptr : UnitAt(module, pc, &bias);
    if (unit != nullptr) {
      SetLine(unit, pc - bias, at[0]);
      AddInlined(unit, pc - bias, pc, at);
    }
  }
  for (Frame& frame : at) {
    frame.in_host = module != nullptr && module == host;
    frame.in_target = IsFixedAddress(pc);
    frame.in_user_code = frame.in_target && IsUserFile(frame.file);
  }
  return at;
}

Symbols::Symbols(std::unique_ptr<State> state) : state_(std::move(state)) {}
Symbols::~Symbols() = default;

absl::StatusOr<std::unique_ptr<Symbols>> Symbols::Create() {
  static char* debug_path = nullptr;  // the usual places: in the file, beside it, /usr/lib/debug
  static const Dwfl_Callbacks callbacks = {
      .find_elf = dwfl_linux_proc_find_elf,
      .find_debuginfo = dwfl_standard_find_debuginfo,
      .section_address = nullptr,
      .debuginfo_path = &debug_path,
  };
  static const Dwfl_Thread_Callbacks threads = {
      .next_thread = NextThread,
      .get_thread = GetThread,
      .memory_read = ReadWord,
      .set_initial_registers =
          [](Dwfl_Thread* thread, void* state) {
            return dwfl_thread_state_registers(thread, 0, kRegisters,
                                               static_cast<State*>(state)->registers);
          },
      .detach = nullptr,
      .thread_detach = nullptr,
  };
  auto state = std::make_unique<State>();
  state->dwfl = dwfl_begin(&callbacks);
  if (state->dwfl == nullptr || dwfl_linux_proc_report(state->dwfl, getpid()) != 0 ||
      dwfl_report_end(state->dwfl, nullptr, nullptr) != 0 ||
      !dwfl_attach_state(state->dwfl, nullptr, getpid(), &threads, state.get())) {
    return absl::InternalError(absl::StrCat("libdw cannot read this process: ", dwfl_errmsg(-1)));
  }
  state->host = dwfl_addrmodule(state->dwfl, reinterpret_cast<uint64_t>(&Demangle));
  return std::unique_ptr<Symbols>(new Symbols(std::move(state)));
}

const std::vector<Frame>& Symbols::At(uint64_t pc) {
  auto [place, fresh] = state_->cache.try_emplace(pc);
  if (fresh) place->second = state_->Describe(pc);
  return place->second;
}

// The module that begins last before the address. What it has beyond its file, zeros, is memory of
// no file, and no part of it to dwfl_addrmodule().
static Dwfl_Module* ModuleBefore(Dwfl* dwfl, uint64_t address) {
  struct Nearest {
    uint64_t address;
    uint64_t begin = 0;
    Dwfl_Module* module = nullptr;
  } nearest{address};
  dwfl_getmodules(
      dwfl,
      [](Dwfl_Module* module, void**, const char*, Dwarf_Addr begin, void* argument) -> int {
        auto& best = *static_cast<Nearest*>(argument);
        if (begin <= best.address && begin >= best.begin) {
          best.begin = begin;
          best.module = module;
        }
        return DWARF_CB_OK;
      },
      &nearest, 0);
  return nearest.module;
}

std::string Symbols::Variable(uint64_t address) const {
  Dwfl_Module* const module = ModuleBefore(state_->dwfl, address);
  if (module == nullptr) return "";
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* const name =
      dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  const bool covers = name != nullptr && offset < symbol.st_size;
  if (!covers || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT) return "";
  const std::string variable = ShortVariable(Demangle(name));
  return offset == 0 ? variable : absl::StrCat(variable, "+0x", absl::Hex(offset));
}

std::vector<Frame> Symbols::Unwind(const uint64_t (&registers)[17], bool interrupted) {
  std::vector<uint64_t> pcs;
  uint64_t adjusted[kRegisters];
  std::copy_n(registers, kRegisters, adjusted);
  // A thread that gave up control stands behind a call within the engine. That call may be the last
  // thing in a function that never returns: then what lies behind it is another function.
  // Not so where a signal came: within a prologue the frame is another one instruction later.
  if (!interrupted && dwfl_addrmodule(state_->dwfl, adjusted[kRip]) == state_->host) {
    adjusted[kRip] -= 1;
  }
  state_->registers = adjusted;
  // An error is the ordinary end of a fiber's stack: nothing describes what called its entry.
  dwfl_getthread_frames(
      state_->dwfl, kOnlyThread,
      [](Dwfl_Frame* frame, void* argument) -> int {
        auto& list = *static_cast<std::vector<uint64_t>*>(argument);
        Dwarf_Addr pc = 0;
        bool activation = false;
        if (!dwfl_frame_pc(frame, &pc, &activation) || pc == 0) return DWARF_CB_ABORT;
        list.push_back(activation ? pc : pc - 1);
        return list.size() < kMostFrames ? DWARF_CB_OK : DWARF_CB_ABORT;
      },
      &pcs);
  std::vector<Frame> stack;
  for (const uint64_t pc : pcs) {
    const std::vector<Frame>& at = At(pc);
    stack.insert(stack.end(), at.begin(), at.end());
  }
  return stack;
}

std::vector<Frame> Trim(std::vector<Frame> stack) {
  const auto is_user = [](const Frame& frame) { return frame.in_user_code; };
  auto first = std::find_if(stack.begin(), stack.end(), [](const Frame& f) { return !f.in_host; });
  auto last = std::find_if_not(stack.rbegin(), stack.rend(), StartsThreads).base();
  const auto first_user = std::find_if(stack.begin(), stack.end(), is_user);
  if (first_user != stack.end()) {
    // Of the library, the call that the user made says enough: lock_guard's constructor, not the
    // three functions below it.
    if (first < first_user) first = first_user - 1;
    last = std::find_if(stack.rbegin(), stack.rend(), is_user).base();
  }
  if (first >= last) return stack;
  std::vector<Frame> trimmed = {*first};
  std::copy_if(first + 1, last, std::back_inserter(trimmed),
               [](const Frame& f) { return f.in_user_code || !f.in_target; });
  return trimmed;
}

const Frame* UserFrame(const std::vector<Frame>& stack) {
  const auto frame =
      std::find_if(stack.begin(), stack.end(), [](const Frame& f) { return f.in_user_code; });
  return frame == stack.end() ? nullptr : &*frame;
}

std::string ShortPlace(const Frame& frame) {
  if (frame.file.empty() || frame.line == 0) return "";
  const std::string_view file = frame.file;
  return absl::StrCat(std::string(file.substr(file.rfind('/') + 1)), ":", frame.line);
}

}  // namespace weir::sim
