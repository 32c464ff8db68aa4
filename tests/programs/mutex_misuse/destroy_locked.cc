// A mutex is destroyed while another thread holds it.
#include <pthread.h>

#include <latch>
#include <thread>

int main() {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  std::latch locked(1);
  std::thread holder([&] {
    pthread_mutex_lock(&mutex);
    locked.count_down();
  });
  locked.wait();
  pthread_mutex_destroy(&mutex);
  holder.join();
  return 0;
}
