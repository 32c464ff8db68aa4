#include "sim/posix/allow_list.h"

#include <stdlib.h>
#include <time.h>

#include <algorithm>

namespace weir::sim {
namespace {

// Not here, for the reason given: strtok, rand's seeds by initstate, getopt (state of libc's that
// outlives an execution); iconv, fopen (libc would keep memory of the World);
// dlopen, dlsym (a way around interception); fork, signals, files, sockets (not simulated).

// clang-format off
// Bytes and strings: only the memory that is given. strdup and its like allocate by malloc,
// which is ours.
constexpr std::string_view kMemory[] = {
    "__memcpy_chk", "__mempcpy", "__rawmemchr", "__stpcpy", "__strcoll_l", "__strdup",
    "__strndup", "__strtok_r", "__strxfrm_l", "__xpg_basename", "basename", "bcmp", "bcopy",
    "bzero", "dirname", "explicit_bzero", "ffs", "ffsl", "ffsll", "fnmatch", "getsubopt",
    "index", "memccpy", "memchr", "memcmp", "memcpy", "memfrob", "memmem", "memmove",
    "mempcpy", "memrchr", "memset", "rawmemchr", "rindex", "stpcpy", "stpncpy", "strcasecmp",
    "strcasecmp_l", "strcasestr", "strcat", "strchr", "strchrnul", "strcmp", "strcoll",
    "strcoll_l", "strcpy", "strcspn", "strdup", "strlen", "strncasecmp", "strncasecmp_l",
    "strncat", "strncmp", "strncpy", "strndup", "strnlen", "strpbrk", "strrchr", "strsep",
    "strspn", "strstr", "strtok_r", "strverscmp", "strxfrm", "strxfrm_l", "swab"};

// Texts of error numbers and signals. The locale is always C: locale.cc.
constexpr std::string_view kErrors[] = {
    "__errno_location", "__h_errno_location", "__xpg_strerror_r", "perror", "sigabbrev_np",
    "sigdescr_np", "strerror", "strerror_l", "strerror_r", "strerrordesc_np",
    "strerrorname_np", "strsignal"};

// Classes of characters, and tables of them that are constant in the C locale.
constexpr std::string_view kCharacters[] = {
    "__ctype_b_loc", "__ctype_get_mb_cur_max", "__ctype_tolower_loc", "__ctype_toupper_loc",
    "__nl_langinfo_l", "isalnum", "isalnum_l", "isalpha", "isalpha_l", "isascii", "isblank",
    "isblank_l", "iscntrl", "iscntrl_l", "isctype", "isdigit", "isdigit_l", "isgraph",
    "isgraph_l", "islower", "islower_l", "isprint", "isprint_l", "ispunct", "ispunct_l",
    "isspace", "isspace_l", "isupper", "isupper_l", "isxdigit", "isxdigit_l", "localeconv",
    "nl_langinfo", "nl_langinfo_l", "toascii", "tolower", "tolower_l", "toupper", "toupper_l"};

// Wide characters, and conversions with a state that is given.
constexpr std::string_view kWide[] = {
    "__iswctype_l", "__towlower_l", "__towupper_l", "__wcscoll_l", "__wcsftime_l",
    "__wcsxfrm_l", "__wctype_l", "btowc", "c16rtomb", "c32rtomb", "iswalnum", "iswalnum_l",
    "iswalpha", "iswalpha_l", "iswblank", "iswblank_l", "iswcntrl", "iswcntrl_l", "iswctype",
    "iswctype_l", "iswdigit", "iswdigit_l", "iswgraph", "iswgraph_l", "iswlower", "iswlower_l",
    "iswprint", "iswprint_l", "iswpunct", "iswpunct_l", "iswspace", "iswspace_l", "iswupper",
    "iswupper_l", "iswxdigit", "iswxdigit_l", "mblen", "mbrlen", "mbrtoc16", "mbrtoc32",
    "mbrtowc", "mbsinit", "mbsnrtowcs", "mbsrtowcs", "mbstowcs", "mbtowc", "swprintf",
    "swscanf", "towctrans", "towlower", "towlower_l", "towupper", "towupper_l", "vswprintf",
    "vswscanf", "wcpcpy", "wcpncpy", "wcrtomb", "wcscasecmp", "wcscat", "wcschr", "wcschrnul",
    "wcscmp", "wcscoll", "wcscoll_l", "wcscpy", "wcscspn", "wcsdup", "wcsftime", "wcsftime_l",
    "wcslen", "wcsncasecmp", "wcsncat", "wcsncmp", "wcsncpy", "wcsnlen", "wcsnrtombs",
    "wcspbrk", "wcsrchr", "wcsrtombs", "wcsspn", "wcsstr", "wcstod", "wcstof", "wcstok",
    "wcstol", "wcstold", "wcstoll", "wcstombs", "wcstoul", "wcstoull", "wcswidth", "wcsxfrm",
    "wcsxfrm_l", "wctob", "wctomb", "wctrans", "wctype", "wctype_l", "wcwidth", "wmemchr",
    "wmemcmp", "wmemcpy", "wmemmove", "wmempcpy", "wmemset"};

// Numbers from text and back, integer arithmetic, sorting and searching, generators whose state
// is given.
constexpr std::string_view kNumbers[] = {
    "__isoc23_strtol", "__isoc23_strtoll", "__isoc23_strtoul", "__isoc23_strtoull",
    "__strtod_internal", "__strtod_l", "__strtof_internal", "__strtof_l", "__strtol_internal",
    "__strtol_l", "__strtold_internal", "__strtold_l", "__strtoul_internal", "a64l", "abs",
    "atof", "atoi", "atol", "atoll", "bsearch", "div", "drand48_r", "ecvt_r", "erand48",
    "erand48_r", "fcvt_r", "gcvt", "htonl", "htons", "imaxabs", "imaxdiv", "inet_addr",
    "inet_aton", "inet_ntop", "inet_pton", "initstate_r", "jrand48", "jrand48_r", "labs",
    "ldiv", "lfind", "llabs", "lldiv", "lrand48_r", "lsearch", "mrand48_r", "nrand48",
    "nrand48_r", "ntohl", "ntohs", "qsort", "qsort_r", "rand_r", "random_r", "setstate_r",
    "srand48_r", "srandom_r", "strfromd", "strfromf", "strfroml", "strtod", "strtod_l",
    "strtof", "strtof_l", "strtoimax", "strtol", "strtol_l", "strtold", "strtold_l", "strtoll",
    "strtoll_l", "strtoq", "strtoul", "strtoul_l", "strtoull", "strtoull_l", "strtoumax",
    "strtouq", "tdelete", "tdestroy", "tfind", "tsearch", "twalk", "twalk_r"};

// Text into and out of memory that is given.
constexpr std::string_view kFormat[] = {
    "__asprintf", "__isoc99_sscanf", "__isoc99_swscanf", "__isoc99_vsscanf", "__snprintf",
    "__vsnprintf", "__vsscanf", "asprintf", "snprintf", "sprintf", "sscanf", "strfmon",
    "vasprintf", "vsnprintf", "vsprintf", "vsscanf"};

// To standard output and error, whose streams are ours (output.cc), without a buffer of libc's.
constexpr std::string_view kOutput[] = {
    "_IO_putc", "__overflow", "clearerr", "feof", "ferror", "fflush", "fileno", "fprintf",
    "fputc", "fputc_unlocked", "fputs", "fputs_unlocked", "fwrite", "fwrite_unlocked", "printf",
    "psignal", "putc", "putc_unlocked", "putchar", "putchar_unlocked", "puts", "vfprintf",
    "vprintf"};

// Calendar arithmetic. The time zone is UTC and read already: see PrepareAllowedImports().
constexpr std::string_view kTime[] = {
    "__strftime_l", "asctime", "asctime_r", "ctime", "ctime_r", "difftime", "gmtime",
    "gmtime_r", "localtime", "localtime_r", "mktime", "strftime", "strftime_l", "strptime",
    "strptime_l", "timegm", "timelocal", "tzset"};

// Jumps within a thread's own stack.
constexpr std::string_view kJumps[] = {
    "__sigsetjmp", "_longjmp", "_setjmp", "longjmp", "setjmp", "siglongjmp"};

// Attributes: they only fill the object that is given. Cancellation is never pending.
constexpr std::string_view kThreads[] = {
    "__sched_cpualloc", "__sched_cpucount", "__sched_cpufree", "pthread_attr_destroy",
    "pthread_attr_getdetachstate", "pthread_attr_getguardsize",
    "pthread_attr_getinheritsched", "pthread_attr_getschedparam",
    "pthread_attr_getschedpolicy", "pthread_attr_getscope", "pthread_attr_getstack",
    "pthread_attr_getstackaddr", "pthread_attr_getstacksize", "pthread_attr_init",
    "pthread_attr_setdetachstate", "pthread_attr_setguardsize",
    "pthread_attr_setinheritsched", "pthread_attr_setschedparam",
    "pthread_attr_setschedpolicy", "pthread_attr_setscope", "pthread_attr_setstack",
    "pthread_attr_setstackaddr", "pthread_attr_setstacksize", "pthread_barrierattr_destroy",
    "pthread_barrierattr_getpshared", "pthread_barrierattr_init",
    "pthread_barrierattr_setpshared", "pthread_condattr_destroy", "pthread_condattr_getclock",
    "pthread_condattr_getpshared", "pthread_condattr_init", "pthread_condattr_setclock",
    "pthread_condattr_setpshared", "pthread_equal", "pthread_mutexattr_destroy",
    "pthread_mutexattr_getkind_np", "pthread_mutexattr_getprioceiling",
    "pthread_mutexattr_getprotocol", "pthread_mutexattr_getpshared",
    "pthread_mutexattr_getrobust", "pthread_mutexattr_getrobust_np",
    "pthread_mutexattr_gettype", "pthread_mutexattr_init", "pthread_mutexattr_setkind_np",
    "pthread_mutexattr_setprioceiling", "pthread_mutexattr_setprotocol",
    "pthread_mutexattr_setpshared", "pthread_mutexattr_setrobust",
    "pthread_mutexattr_setrobust_np", "pthread_mutexattr_settype",
    "pthread_rwlockattr_destroy", "pthread_rwlockattr_getkind_np",
    "pthread_rwlockattr_getpshared", "pthread_rwlockattr_init",
    "pthread_rwlockattr_setkind_np", "pthread_rwlockattr_setpshared", "pthread_testcancel",
    "sched_get_priority_max", "sched_get_priority_min", "sigaddset", "sigandset", "sigdelset",
    "sigemptyset", "sigfillset", "sigisemptyset", "sigismember", "sigorset"};

// What compilers and C++ runtimes call behind the program's back.
constexpr std::string_view kRuntime[] = {
    "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__cxa_finalize",
    "__fdelt_chk", "__gmon_start__", "__tls_get_addr", "_dl_find_object",
    "dl_iterate_phdr", "dladdr", "getpagesize", "gnu_get_libc_version"};

// Properties of floating-point numbers, which libc has too; f and l are stripped.
constexpr std::string_view kClassify[] = {
    "__finite", "__fpclassify", "__iseqsig", "__isinf", "__isnan", "__issignaling",
    "__signbit", "copysign", "finite", "frexp", "isinf", "isnan", "ldexp", "modf", "scalbn"};

// libm; f and l are stripped.
constexpr std::string_view kMath[] = {
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cabs", "cacos", "cacosh",
    "carg", "casin", "casinh", "catan", "catanh", "cbrt", "ccos", "ccosh", "ceil", "cexp",
    "cimag", "clog", "clog10", "conj", "cos", "cosh", "cpow", "cproj", "creal", "csin",
    "csinh", "csqrt", "ctan", "ctanh", "erf", "erfc", "exp", "exp10", "exp2", "expm1", "fabs",
    "fdim", "feclearexcept", "fegetenv", "fegetexcept", "fegetexceptflag", "fegetround",
    "feholdexcept", "feraiseexcept", "fesetenv", "fesetexceptflag", "fesetround",
    "fetestexcept", "feupdateenv", "floor", "fma", "fmax", "fmin", "fmod", "hypot", "ilogb",
    "j0", "j1", "jn", "lgamma_r", "llogb", "llrint", "llround", "log", "log10", "log1p",
    "log2", "logb", "lrint", "lround", "nan", "nearbyint", "nextafter", "nexttoward", "pow",
    "remainder", "remquo", "rint", "round", "roundeven", "scalb", "scalbln", "significand",
    "sin", "sincos", "sinh", "sqrt", "tan", "tanh", "tgamma", "trunc", "y0", "y1", "yn"};
// clang-format on

constexpr std::span<const std::string_view> kGroups[] = {
    kMemory, kErrors, kCharacters, kWide,    kNumbers,  kFormat, kOutput,
    kTime,   kJumps,  kThreads,    kRuntime, kClassify, kMath};

bool IsIn(std::span<const std::string_view> group, std::string_view symbol) {
  return std::binary_search(group.begin(), group.end(), symbol);
}

bool IsListed(std::string_view symbol) {
  return std::any_of(std::begin(kGroups), std::end(kGroups),
                     [symbol](const auto& group) { return IsIn(group, symbol); });
}

}  // namespace

bool IsAllowedImport(std::string_view symbol) {
  if (symbol.starts_with("__") && symbol.ends_with("_chk")) {
    const std::string_view plain = symbol.substr(2, symbol.size() - 6);
    if (IsListed(plain)) return true;
  }
  if (IsListed(symbol)) return true;
  if (!symbol.ends_with('f') && !symbol.ends_with('l')) return false;
  symbol.remove_suffix(1);
  return IsIn(kMath, symbol) || IsIn(kClassify, symbol);
}

void PrepareAllowedImports() {
  setenv("TZ", "UTC0", 1);
  tzset();
  // The first time that qsort() would need more than a kilobyte it asks the kernel how much there
  // is.
  char bytes[2048] = {};
  qsort(bytes, sizeof bytes, 1, [](const void* a, const void* b) {
    return *static_cast<const char*>(a) - *static_cast<const char*>(b);
  });
}

std::span<const std::span<const std::string_view>> AllowedGroups() { return kGroups; }

}  // namespace weir::sim
