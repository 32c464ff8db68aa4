// A system call by its instruction, past every function that could be intercepted.
#include <sys/syscall.h>

int main() {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
  return result > 0 ? 0 : 1;
}
