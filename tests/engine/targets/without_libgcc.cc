// simulation only: threads that end by pthread_exit(), in a program that needs neither libstdc++
// nor libgcc_s.
#include <pthread.h>

int main() {
  pthread_t threads[4];
  const auto end = [](void* argument) -> void* { pthread_exit(argument); };
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, end, nullptr);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  return 0;
}
