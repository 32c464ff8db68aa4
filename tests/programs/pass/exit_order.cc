// At the end of main: the main thread's thread_locals, then atexit functions and destructors of
// statics in reverse order; atexit from within an exit function too.
#include <cstdlib>
#include <cstring>

namespace {

char journal[16];

void Note(char c) {
  const size_t length = std::strlen(journal);
  journal[length] = c;
}

struct Noted {
  explicit Noted(char n) : name(n) {}
  ~Noted() { Note(name); }
  char name;
};

struct Judge {
  ~Judge() {
    // Constructed first, so destroyed last.
    if (std::strcmp(journal, "tc4x3bs") != 0) std::abort();
  }
};

Judge judge;
Noted global('s');

}  // namespace

int main() {
  thread_local Noted of_thread('t');
  (void)of_thread;
  std::atexit([] { Note('b'); });
  static Noted local('3');
  (void)local;
  std::atexit([] {
    Note('4');
    std::atexit([] { Note('x'); });
  });
  static Noted last('c');
  (void)last;
  return 0;
}
