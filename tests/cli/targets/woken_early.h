// A caller is woken before a marker has been handled, for one of two reasons that no edit and no
// parameter tells apart: the reader has said where it is and is not asked to go on, or it has said
// nothing. Whoever includes this says which, as READER_SAYS.
#include <semaphore.h>

#include <atomic>
#include <thread>

#include "sim/weir.h"

namespace {

sem_t reply;
std::atomic<int> arrived{0}, position{0};
bool handled = false;

void Read() {
  if (READER_SAYS) position.store(1);
}

void Answer() {
  while (arrived.load() == 0) std::this_thread::yield();
  if (position.load() < 2) sem_post(&reply);
}

}  // namespace

WEIR_SCENARIO(woken_early) {
  sem_init(&reply, 0, 0);
  std::thread reader(Read), coordinator(Answer);
  arrived.store(1);
  sem_wait(&reply);
  weir::Expect(handled, "missed_marker", [] { return "woken before the marker was handled"; });
  reader.join();
  coordinator.join();
}
