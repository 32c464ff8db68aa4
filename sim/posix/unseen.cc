#include "sim/posix/unseen.h"

namespace weir::sim {
namespace {

constexpr char kLock = '\xF0';

// The bytes after a lock prefix: cmpxchg, cmpxchg8b and cmpxchg16b, with or without REX; and the
// addition of 0 to the top of the stack, which is a fence.
bool IsOrdering(std::string_view code) {
  if (code.empty()) return false;
  if ((code[0] & 0xF0) == 0x40) code.remove_prefix(1);
  if (code.starts_with("\x0F\xB0") || code.starts_with("\x0F\xB1")) return true;
  if (code.starts_with("\x0F\xC7")) return true;
  constexpr std::string_view kOrStack("\x83\x0C\x24\x00", 4);
  return code.starts_with(kOrStack);
}

}  // namespace

bool SynchronisesByItself(std::string_view code) {
  constexpr std::string_view kFence("\x0F\xAE\xF0", 3);  // mfence
  if (code.find(kFence) != std::string_view::npos) return true;
  for (size_t at = code.find(kLock); at != std::string_view::npos; at = code.find(kLock, at + 1)) {
    if (IsOrdering(code.substr(at + 1))) return true;
  }
  return false;
}

bool IsOfRuntime(std::string_view file) {
  for (const std::string_view runtime : {"libstdc++.", "libgcc_s.", "libc++.", "libc++abi.",
                                         "libunwind.", "libatomic.", "libmvec."}) {
    if (file.starts_with(runtime)) return true;
  }
  return false;
}

}  // namespace weir::sim
