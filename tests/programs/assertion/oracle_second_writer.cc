// Two threads write what one alone may write.
#include <thread>

#include "sim/oracles.h"

WEIR_SCENARIO(oracle_second_writer) {
  weir::SingleWriter ring;
  const auto write = [&] {
    const auto writing = ring.Write([] { return "two at a time"; });
    weir::Spend(std::chrono::microseconds(1));
  };
  write();
  write();  // one after the other is right
  std::thread other(write);
  write();
  other.join();
}
