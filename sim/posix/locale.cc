// Locales and translated messages: there is the C locale, and nothing is translated.
//
// - "C", "POSIX" and "" (the environment is empty) name it; any other name fails as that of a
//   locale which is not installed.
// - Its object lies in the World, so that its address is the same in every process; glibc's
//   functions of an explicit locale (strtod_l, isalpha_l) read it as their own. It is one object,
//   however often it is made, copied and freed.
// - What uselocale() keeps for each thread is ours, since glibc's own would outlive an execution.
// - gettext() and its family return what they are given, as they do where there is no catalogue.
//   libstdc++ asks for the text of each exception that it throws.
//
// POSIX.1-2017: newlocale(3p), uselocale(3p), setlocale(3p); gettext(3), textdomain(3).
#include <errno.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>

#include <cstring>
#include <string_view>

#include "sim/engine/scheduler.h"
#include "sim/posix/real.h"
#include "sim/posix/state.h"

extern "C" {
// glibc's other names, by which libstdc++ calls them.
locale_t __newlocale(int categories, const char* name, locale_t base) noexcept;
locale_t __duplocale(locale_t locale) noexcept;
void __freelocale(locale_t locale) noexcept;
locale_t __uselocale(locale_t locale) noexcept;
}

namespace weir::sim {
namespace {

LocaleState& State() { return posix_state().locale; }

// The C locale of the World; filled when it is first asked for.
locale_t CLocale() {
  __locale_struct& locale = State().c;
  if (locale.__locales[LC_CTYPE] == nullptr) {
    HostScope host;
    locale = *WEIR_REAL(newlocale)(LC_ALL_MASK, "C", nullptr);
  }
  return &locale;
}

bool IsC(std::string_view name) { return name.empty() || name == "C" || name == "POSIX"; }

// Of the thread that runs; the last one is that of the target's constructors.
LocaleState::OfThread& Current() {
  if (g_mode != Mode::kTarget) return State().threads[kMaxThreads];
  LocaleState::OfThread& mine = State().threads[world().current];
  const uint32_t uid = CurrentThread().uid + 1;
  if (mine.uid != uid) mine = {.uid = uid, .locale = nullptr};
  return mine;
}

locale_t New(int categories, const char* name, locale_t base) {
  constexpr int kAll = 1 << LC_ALL;
  if ((categories & ~(LC_ALL_MASK | kAll)) != 0 || name == nullptr) return errno = EINVAL, nullptr;
  if (!IsC(name)) return errno = ENOENT, nullptr;
  return base == nullptr ? CLocale() : base;
}

// Every thread begins with the global locale.
locale_t Use(locale_t locale) {
  LocaleState::OfThread& mine = Current();
  const locale_t before = mine.locale == nullptr ? LC_GLOBAL_LOCALE : mine.locale;
  if (locale != nullptr) mine.locale = locale;
  return before;
}

// Returns what the real functions do: characters that nobody may change.
char* Text(const char* text) { return const_cast<char*>(text); }

const char* Plural(const char* one, const char* many, unsigned long count) {
  return count == 1 ? one : many;
}

}  // namespace
}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

// --- locales
// -----------------------------------------------------------------------------------------------

locale_t newlocale(int categories, const char* name, locale_t base) noexcept {
  if (InHost()) return WEIR_REAL(newlocale)(categories, name, base);
  return New(categories, name, base);
}
locale_t __newlocale(int categories, const char* name, locale_t base) noexcept {
  return newlocale(categories, name, base);
}

// Of the global locale, too, which is C.
locale_t duplocale(locale_t locale) noexcept {
  return InHost() ? WEIR_REAL(duplocale)(locale) : CLocale();
}
locale_t __duplocale(locale_t locale) noexcept { return duplocale(locale); }

void freelocale(locale_t locale) noexcept {
  if (InHost()) WEIR_REAL(freelocale)(locale);
}
void __freelocale(locale_t locale) noexcept { freelocale(locale); }

locale_t uselocale(locale_t locale) noexcept {
  return InHost() ? WEIR_REAL(uselocale)(locale) : Use(locale);
}
locale_t __uselocale(locale_t locale) noexcept { return uselocale(locale); }

char* setlocale(int category, const char* name) noexcept {
  if (InHost()) return WEIR_REAL(setlocale)(category, name);
  const bool known = category >= LC_CTYPE && category <= LC_IDENTIFICATION;
  return known && (name == nullptr || IsC(name)) ? Text("C") : nullptr;
}

// --- messages
// ----------------------------------------------------------------------------------------------

char* gettext(const char* text) noexcept {
  return InHost() ? WEIR_REAL(gettext)(text) : Text(text);
}
char* dgettext(const char* domain, const char* text) noexcept {
  return InHost() ? WEIR_REAL(dgettext)(domain, text) : Text(text);
}
char* dcgettext(const char* domain, const char* text, int category) noexcept {
  return InHost() ? WEIR_REAL(dcgettext)(domain, text, category) : Text(text);
}
char* ngettext(const char* one, const char* many, unsigned long count) noexcept {
  return InHost() ? WEIR_REAL(ngettext)(one, many, count) : Text(Plural(one, many, count));
}
char* dngettext(const char* domain, const char* one, const char* many,
                unsigned long count) noexcept {
  return InHost() ? WEIR_REAL(dngettext)(domain, one, many, count) : Text(Plural(one, many, count));
}
char* dcngettext(const char* domain, const char* one, const char* many, unsigned long count,
                 int category) noexcept {
  return InHost() ? WEIR_REAL(dcngettext)(domain, one, many, count, category)
                  : Text(Plural(one, many, count));
}

// Null asks for the domain that is current; "" goes back to the first one.
char* textdomain(const char* domain) noexcept {
  if (InHost()) return WEIR_REAL(textdomain)(domain);
  LocaleState& state = State();
  if (domain != nullptr) std::snprintf(state.domain, sizeof state.domain, "%s", domain);
  return state.domain[0] != '\0' ? state.domain : Text("messages");
}
// Where catalogues would be, and how they are encoded, is nobody's concern.
char* bindtextdomain(const char* domain, const char* folder) noexcept {
  if (InHost()) return WEIR_REAL(bindtextdomain)(domain, folder);
  if (domain == nullptr || *domain == '\0') return nullptr;
  return Text(folder != nullptr ? folder : "/usr/share/locale");
}
char* bind_textdomain_codeset(const char* domain, const char* codeset) noexcept {
  if (InHost()) return WEIR_REAL(bind_textdomain_codeset)(domain, codeset);
  return domain == nullptr || *domain == '\0' ? nullptr : Text(codeset);
}

}  // extern "C"
