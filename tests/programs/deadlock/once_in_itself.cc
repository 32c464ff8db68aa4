// A pthread_once routine calls pthread_once on its own control.
#include <pthread.h>

namespace {
pthread_once_t control = PTHREAD_ONCE_INIT;
void Routine() { pthread_once(&control, Routine); }
}  // namespace

int main() { return pthread_once(&control, Routine); }
