#include <atomic>
#include <cstdio>

#include "pool.h"

int main() {
  constexpr int kTasks = 4;
  std::atomic<int> done{0};
  {
    Pool pool(2);
    for (int i = 0; i < kTasks; ++i) pool.Run([&done] { ++done; });
  }
  std::printf("%d of %d tasks done\n", done.load(), kTasks);
  return done == kTasks ? 0 : 1;
}
