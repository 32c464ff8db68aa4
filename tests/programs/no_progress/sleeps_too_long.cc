// simulation only
// It is to be through within a second, and sleeps for an hour.
#include <chrono>
#include <thread>

#include "sim/weir.h"

int main() {
  weir::MustEndWithin(std::chrono::seconds(1));
  std::this_thread::sleep_for(std::chrono::hours(1));
  return 0;
}
