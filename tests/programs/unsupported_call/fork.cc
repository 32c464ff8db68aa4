// fork() is not simulated.
#include <unistd.h>

int main() {
  if (fork() == 0) _exit(0);
  return 0;
}
