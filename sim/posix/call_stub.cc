#include "sim/posix/call_stub.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstring>

namespace weir::sim {

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

}  // namespace weir::sim
