// simulation only: processes. Who is killed while it can run leaves the killer alone with the
// machine.
#include <atomic>

#include "sim/weir.h"

WEIR_SCENARIO(killed_running) {
  std::atomic<uint64_t> steps{0};
  std::atomic<bool> killed{false};
  for (int life = 0; life < 3; ++life) {
    const weir::Process busy = weir::Spawn("busy", [&] {
      while (!killed.load()) steps.fetch_add(1);
    });
    for (int i = 0; i < 50; ++i) steps.fetch_add(2);
    weir::Kill(busy);
    const uint64_t before = steps.load();
    for (int i = 0; i < 50; ++i) steps.fetch_add(1);
    weir::Expect(steps.load() == before + 50, "dead", [] { return "a killed process went on"; });
  }
  killed.store(true);
}
