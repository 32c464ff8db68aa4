// Addresses of this process as functions and source lines, and the stacks of virtual threads.
#ifndef WEIR_SIM_VERDICT_SYMBOLS_H_
#define WEIR_SIM_VERDICT_SYMBOLS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weir::sim {

// One function on a stack. An inlined call is a frame of its own.
struct Frame {
  uint64_t pc = 0;
  std::string function;       // demangled, without parameters; "0x21…" when nothing is known
  std::string file;           // as the compiler was told; empty when not known
  int line = 0;               // 0 when not known
  int function_line = 0;      // where the function begins; 0 when not known
  bool inlined = false;       // into the next frame
  bool in_host = false;       // weir itself
  bool in_target = false;     // compiled into the target, library headers included
  bool in_user_code = false;  // in the target, and not from a header of a library or of weir
};

// Reads the debug information of everything that is loaded, once, and caches what it has looked up.
// Create it after the target is loaded. Not for use from virtual threads.
class Symbols {
 public:
  static absl::StatusOr<std::unique_ptr<Symbols>> Create();
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  // The frames at one address, innermost first: the inlined ones, then the function itself. Give
  // the call instruction's address (return address − 1) for a caller's frame.
  const std::vector<Frame>& At(uint64_t pc);

  // The variable that lies at an address, by its name in the source, with the distance into it:
  // "the_lock", "net::table+0x8". Empty where nobody knows.
  std::string Variable(uint64_t address) const;

  // The stack that starts with `registers` (DWARF numbering: rax rdx rcx rbx rsi rdi rbp rsp r8…r15
  // rip), innermost first, at most 128 frames. Memory that is not mapped ends it. `interrupted`:
  // rip is the instruction that a signal came at, not one behind a call.
  std::vector<Frame> Unwind(const uint64_t (&registers)[17], bool interrupted = false);

 private:
  struct State;
  explicit Symbols(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A stack without what the user did not write: at the inner end only the last library function is
// left that the user called, at the outer end nothing of what calls the user. Where there is no
// user code: without weir's frames, and without libc's and libstdc++'s that start a thread.
// Unchanged when nothing would be left.
std::vector<Frame> Trim(std::vector<Frame> stack);

// The first frame in the user's own code; null when there is none.
const Frame* UserFrame(const std::vector<Frame>& stack);

// "drain.cc:41", or "" when the line is not known.
std::string ShortPlace(const Frame& frame);

// A demangled name without parameters, return type and template arguments, for people:
// "std::__1::vector<int>::push_back(int)" is "vector::push_back".
std::string ShortFunction(std::string_view demangled);

// A variable's demangled name without anonymous namespaces and parameters of the function that it
// is local to: "(anonymous namespace)::table" is "table", "main::once".
std::string ShortVariable(std::string_view demangled);

// A demangled name without template arguments, which tells functions of one short name apart:
// "std::vector::push_back(int)".
std::string QualifiedFunction(std::string_view demangled);

}  // namespace weir::sim

#endif  // WEIR_SIM_VERDICT_SYMBOLS_H_
