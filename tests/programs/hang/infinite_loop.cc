// A loop without any scheduling point.
int main() {
  volatile unsigned long count = 0;
  for (;;) count = count + 1;
}
