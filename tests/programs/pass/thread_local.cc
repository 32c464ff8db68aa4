// thread_local: each thread has its own, fresh; destructors run at its end in reverse order, also
// of one that was first used in a destructor; a new thread in a reused slot starts anew.
#include <cassert>
#include <string>
#include <thread>

namespace {

std::string* journal = nullptr;

struct Noted {
  explicit Noted(char n) : name(n) {}
  ~Noted() {
    if (journal != nullptr) *journal += name;
  }
  char name;
};

thread_local int counter = 5;
thread_local std::string text = "long enough to be on the heap, not in the object";
thread_local Noted late('l');

struct UsesLate {
  ~UsesLate() {
    if (journal != nullptr) *journal += 'u';
    assert(late.name == 'l');
  }
};

void Once(std::string* into) {
  journal = into;
  assert(counter == 5 && text.size() == 48);
  counter = 6;
  text += "!";
  thread_local Noted first('1');
  thread_local UsesLate uses;
  thread_local Noted second('2');
  assert(first.name == '1' && second.name == '2');
  (void)uses;
}

}  // namespace

int main() {
  for (int i = 0; i < 3; ++i) {
    std::string into;
    std::thread(Once, &into).join();
    // All thread_locals of a translation unit are constructed together when one of them is used:
    // late is older than first, unless it was used in a destructor only.
    assert(into == "2u1l");
  }
  journal = nullptr;
  assert(counter == 5);

  // Two at a time, interleaved: the addresses differ, the values do not mix.
  std::thread other([] {
    for (int i = 0; i < 10; ++i) {
      ++counter;
      std::this_thread::yield();
    }
    assert(counter == 15);
  });
  for (int i = 0; i < 10; ++i) {
    --counter;
    std::this_thread::yield();
  }
  other.join();
  assert(counter == -5);
  return 0;
}
