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
// The weighted sum of the arguments, as many as registers hold: 1 × a + 2 × b … 8 × r.
double PrebuiltSum(const void* object, long a, long b, long c, long d, long e, double k, double l,
                   double m, double n, double o, double p, double q, double r);
// The sum of more arguments than registers hold, the integers times 17.
double PrebuiltSumOfMany(long a, long b, long c, long d, long e, long f, long g, long h, double k,
                         double l, double m, double n, double o, double p, double q, double r,
                         double s);
// True for the first caller, by a compare-exchange: the library makes order by itself.
bool PrebuiltClaims();
// A pointer that threads hand on, by atomics of the library's own. The first puts `fresh` there if
// it holds `old`; both return what it held.
void* PrebuiltExchange(void** place, void* old, void* fresh);
void* PrebuiltLoad(void** place);
// A thread of the library's own runs the task that it is handed, by an atomic; once.
void PrebuiltStart();
void PrebuiltHand(void (*task)());
void PrebuiltStop();
struct PrebuiltPair {
  long first;
  long second;
};
PrebuiltPair PrebuiltPairOf(const void* object, long first, long second);
// Throws `value`.
void PrebuiltThrow(const void* object, int value);
}

#endif  // WEIR_TESTS_PREBUILT_PREBUILT_H_
