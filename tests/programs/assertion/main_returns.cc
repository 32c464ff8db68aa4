// main returns while its threads run. The check fails if it comes behind both others, and before
// main's end: whoever searches has to let them run although main could end at once.
#include <pthread.h>

#include <cassert>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int visits;

static void* Visit(void*) {
  pthread_mutex_lock(&mutex);
  ++visits;
  pthread_mutex_unlock(&mutex);
  return nullptr;
}

static void* Check(void*) {
  pthread_mutex_lock(&mutex);
  assert(visits < 2);
  pthread_mutex_unlock(&mutex);
  return nullptr;
}

int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, Check, nullptr);
  pthread_create(&thread, nullptr, Visit, nullptr);
  pthread_create(&thread, nullptr, Visit, nullptr);
}
