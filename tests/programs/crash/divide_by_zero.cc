// An integer division by zero (SIGFPE).
int main() {
  volatile int hundred = 100;
  volatile int zero = 0;
  return hundred / zero;
}
