// socket() is not simulated.
#include <sys/socket.h>
#include <unistd.h>

int main() {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return fd >= 0 ? close(fd) : 0;
}
