// A target that uses a library which weir did not compile.
#include "tests/prebuilt/prebuilt.h"

#include <thread>

#include "sim/weir.h"

// A process is killed while it holds the library's mutex, and the execution ends so.
WEIR_SCENARIO(mutex_of_the_killed) {
  weir::Process holder = weir::Spawn("holder", [] {
    weir::Expect(PrebuiltLock() == 0, "lock", [] { return "the mutex is not fresh"; });
    for (;;) std::this_thread::yield();
  });
  while (weir::Choose(4) != 0) std::this_thread::yield();
  weir::Kill(holder);
}

WEIR_SCENARIO(thread_locals) {
  const auto count = [] {
    for (int i = 1; i <= 3; ++i) {
      weir::Expect(PrebuiltCallsOfThread() == i, "fresh", [] { return "a count went on"; });
      std::this_thread::yield();
    }
  };
  std::jthread one(count), two(count);
  count();
}

WEIR_SCENARIO(file) { PrebuiltTouchesFile("/etc/hostname"); }
