// A library as a distribution ships it: compiled without instrumentation.
#ifndef WEIR_TESTS_PREBUILT_PREBUILT_H_
#define WEIR_TESTS_PREBUILT_PREBUILT_H_

extern "C" {
// Locks a mutex of the library's own; returns pthread_mutex_lock's error.
int PrebuiltLock();
int PrebuiltUnlock();
// Counts the calls of the calling thread.
int PrebuiltCallsOfThread();
// Opens and closes a file; false if it can not.
bool PrebuiltTouchesFile(const char* path);
}

#endif  // WEIR_TESTS_PREBUILT_PREBUILT_H_
