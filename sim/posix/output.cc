// The target's standard output and error: seen by the observer, swallowed without one.
//
// Unbuffered, so that libc keeps nothing of an execution in memory that is not reset. Not
// scheduling points: printing is for people, and must not change what is found.
#include "sim/posix/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cstdlib>

#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"

namespace weir::sim {
namespace {

// Keeps the last bytes; the older half goes when the room is used up.
void KeepTail(const char* text, size_t size) {
  OutputState& output = posix_state().output;
  constexpr size_t kRoom = sizeof output.tail;
  if (size > kRoom) {
    text += size - kRoom;
    size = kRoom;
  }
  if (output.length + size > kRoom) {
    const size_t keep = kRoom - size;
    memmove(output.tail, output.tail + output.length - keep, keep);
    output.length = static_cast<uint32_t>(keep);
  }
  memcpy(output.tail + output.length, text, size);
  output.length += static_cast<uint32_t>(size);
}

void Print(int fd, const char* text, size_t size) {
  if (fd == STDERR_FILENO) KeepTail(text, size);
  if (g_run.observer == nullptr || g_mode != Mode::kTarget) return;
  HostScope host;
  g_run.observer->OnOutput(world().current, fd, {text, size});
}

ssize_t WriteCookie(void* cookie, const char* text, size_t size) {
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(cookie));
  if (InHost()) return WEIR_REAL(write)(fd, text, size);
  Print(fd, text, size);
  return static_cast<ssize_t>(size);
}

FILE* OpenCookie(int fd) {
  cookie_io_functions_t functions = {};
  functions.write = WriteCookie;
  FILE* const file =
      fopencookie(reinterpret_cast<void*>(static_cast<intptr_t>(fd)), "w", functions);
  if (file == nullptr) abort();
  setvbuf(file, nullptr, _IONBF, 0);
  return file;
}

}  // namespace

void CaptureOutput() {
  fflush(stdout);
  stdout = OpenCookie(STDOUT_FILENO);
  stderr = OpenCookie(STDERR_FILENO);
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

// The locks of streams: printing is no scheduling point, so that nobody meets one; and a thread
// that ends with one, or an execution, must not leave it locked in libc's memory.
extern "C" void flockfile(FILE* file) noexcept {
  if (InHost()) WEIR_REAL(flockfile)(file);
}
extern "C" int ftrylockfile(FILE* file) noexcept {
  return InHost() ? WEIR_REAL(ftrylockfile)(file) : 0;
}
extern "C" void funlockfile(FILE* file) noexcept {
  if (InHost()) WEIR_REAL(funlockfile)(file);
}

extern "C" int isatty(int fd) noexcept {
  if (InHost()) return WEIR_REAL(isatty)(fd);
  errno = ENOTTY;
  return 0;
}

extern "C" ssize_t write(int fd, const void* bytes, size_t size) {
  if (InHost()) return WEIR_REAL(write)(fd, bytes, size);
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
    errno = EBADF;
    return -1;
  }
  Print(fd, static_cast<const char*>(bytes), size);
  return static_cast<ssize_t>(size);
}
