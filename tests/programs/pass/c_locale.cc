// The C locale is there, and nothing else: what libstdc++ needs of it to print a number and to
// throw, and what a program may ask itself.
#include <libintl.h>
#include <locale.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

// Thrown by libstdc++.so, which translates their texts.
void Exceptions() {
  const std::vector<int> none;
  bool caught = false;
  try {
    (void)none.at(1);
  } catch (const std::out_of_range& error) {
    caught = std::strstr(error.what(), "vector") != nullptr;
  }
  assert(caught);
  caught = false;
  try {
    (void)std::stoi("x");
  } catch (const std::invalid_argument&) {
    caught = true;
  }
  assert(caught);
  caught = false;
  try {
    std::function<void()>()();
  } catch (const std::bad_function_call&) {
    caught = true;
  }
  assert(caught);
  caught = false;
  try {
    const std::locale other("xx_YY");
  } catch (const std::runtime_error&) {
    caught = true;
  }
  assert(caught);
}

void Streams() {
  std::ostringstream out;
  out << 1.5 << ' ' << 1000000;
  assert(out.str() == "1.5 1000000");
  double value = 0;
  std::istringstream("2.25") >> value;
  assert(value == 2.25);
  std::ofstream file;  // none is opened
  file.imbue(std::locale("C"));
  assert(!file.is_open());
}

void Locales() {
  assert(uselocale(nullptr) == LC_GLOBAL_LOCALE);
  const locale_t c = newlocale(LC_NUMERIC_MASK, "", newlocale(LC_ALL_MASK, "POSIX", nullptr));
  assert(c != nullptr);
  errno = 0;
  assert(newlocale(LC_ALL_MASK, "xx_YY", nullptr) == nullptr);
  assert(newlocale(1 << 14, "C", nullptr) == nullptr && errno == EINVAL);
  assert(uselocale(c) == LC_GLOBAL_LOCALE && uselocale(nullptr) == c);
  const locale_t copy = duplocale(c);
  assert(strtod_l("0.5", nullptr, copy) == 0.5 && !std::strcmp(localeconv()->decimal_point, "."));
  assert(uselocale(LC_GLOBAL_LOCALE) == c);
  freelocale(copy);
  freelocale(c);
  assert(!std::strcmp(setlocale(LC_ALL, nullptr), "C") && setlocale(LC_ALL, "") != nullptr);
  assert(setlocale(LC_ALL, "xx_YY") == nullptr && setlocale(99, "C") == nullptr);
}

void Messages() {
  assert(!std::strcmp(textdomain(nullptr), "messages"));
  assert(bindtextdomain("cats", "/nowhere") != nullptr && textdomain("cats") != nullptr);
  assert(!std::strcmp(textdomain(nullptr), "cats"));
  const char* const text = "cat";
  assert(gettext(text) == text && dgettext("cats", text) == text);
  assert(dcgettext("cats", text, LC_MESSAGES) == text);
  assert(!std::strcmp(ngettext("cat", "cats", 1), "cat"));
  assert(!std::strcmp(dngettext("cats", "cat", "cats", 0), "cats"));
  assert(!std::strcmp(dcngettext("cats", "cat", "cats", 2, LC_MESSAGES), "cats"));
}

}  // namespace

int main() {
  // Nothing is left of what another thread, or another execution, has used.
  std::thread keeps([] { uselocale(newlocale(LC_ALL_MASK, "C", nullptr)); });
  keeps.join();
  std::thread other(Locales);
  Exceptions();
  Streams();
  other.join();
  Messages();
  uselocale(newlocale(LC_ALL_MASK, "C", nullptr));
}
