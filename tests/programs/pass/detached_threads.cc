// Detached threads: by std::thread, by attribute, by pthread_detach in the thread itself.
#include <pthread.h>
#include <semaphore.h>

#include <cassert>
#include <thread>

namespace {

sem_t done;

void* Post(void*) {
  assert(sem_post(&done) == 0);
  return nullptr;
}

void* DetachAndPost(void*) {
  assert(pthread_detach(pthread_self()) == 0);
  return Post(nullptr);
}

}  // namespace

int main() {
  assert(sem_init(&done, 0, 0) == 0);
  std::thread([] { Post(nullptr); }).detach();

  pthread_attr_t attributes;
  assert(pthread_attr_init(&attributes) == 0);
  assert(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
  pthread_t thread;
  assert(pthread_create(&thread, &attributes, Post, nullptr) == 0);
  assert(pthread_attr_destroy(&attributes) == 0);
  assert(pthread_create(&thread, nullptr, DetachAndPost, nullptr) == 0);
  for (int i = 0; i < 3; ++i) assert(sem_wait(&done) == 0);
  return 0;
}
