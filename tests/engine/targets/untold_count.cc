// simulation only: counts its executions in memory that belongs to no execution, which no
// simulation puts back: the name that the process was started by, which libc points to.
//
// Every run chooses alike and passes, but the value that it stores differs: only a fingerprint that
// covers results can tell (tests/engine/determinism_test.cc). Not one of the programs that must be
// deterministic.
#include <errno.h>

#include <atomic>

std::atomic<int> seen{0};

int main() {
  seen.store(++program_invocation_name[0]);
  return 0;
}
