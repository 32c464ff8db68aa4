// sysconf answers what is the same on every machine, and no more.
#include <unistd.h>

int main() { return sysconf(_SC_LEVEL3_CACHE_SIZE) >= 0 ? 0 : 1; }
