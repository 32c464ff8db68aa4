// main's recursion with frames of several pages, each touched from its lower end: the guard must
// not be stepped over.
namespace {

[[gnu::noinline]] int Deeper(int depth) {
  if (depth < 0) return 0;  // never: no stack is that deep
  volatile char frame[3 * 4096];
  frame[0] = static_cast<char>(depth);
  return Deeper(depth + 1) + frame[0];
}

}  // namespace

int main() {
  volatile int start = 0;
  return Deeper(start);
}
