// simulation only: what must be so in some execution, sim/weir.h.
#include <atomic>
#include <thread>

#include "sim/weir.h"

WEIR_SCENARIO(sometimes, weir::Int("ask", 0, 0, 0)) {
  std::atomic<bool> first{true};
  bool other_first = false;
  std::thread other([&] { other_first = first.exchange(false); });
  first.exchange(false);
  other.join();
  weir::Sometimes<"the other came first">(other_first);
  weir::Sometimes<"the impossible">(false);
  if (parameters["ask"] != 0) weir::Sometimes<"what nobody asks">(true);
}
