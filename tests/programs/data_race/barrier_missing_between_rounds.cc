// A barrier before the neighbour's value is read, none before it is written again: the next round's
// write races with this round's read.
#include <pthread.h>

#include <thread>

pthread_barrier_t g_barrier;
int g_values[2];
int g_seen[2];

void Run(int self) {
  for (int round = 1; round <= 2; ++round) {
    g_values[self] = round;
    pthread_barrier_wait(&g_barrier);
    g_seen[self] += g_values[1 - self];
  }
}

int main() {
  pthread_barrier_init(&g_barrier, nullptr, 2);
  std::thread other(Run, 1);
  Run(0);
  other.join();
  return 0;
}
