// simulation only: reads the processor's time stamp, which no simulation can make equal.
//
// Every run chooses alike and passes, but the value that it stores differs: only a fingerprint that
// covers results can tell (tests/engine/determinism_test.cc). Not one of the programs that must be
// deterministic.
#include <x86intrin.h>

#include <atomic>

std::atomic<unsigned long long> stamp{0};

int main() {
  stamp.store(__rdtsc());
  return stamp.load() == 0 ? 1 : 0;
}
