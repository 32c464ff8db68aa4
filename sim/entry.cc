// What runs when somebody starts a target as a program: weir, with this target and its arguments,
//
//   ./queue_test --gtest_filter=A.*     →     weir gtest ./queue_test --gtest_filter=A.*
//
// so that test drivers can start what weir-c++ has linked. weir is $WEIR, else found in $PATH.
//
// A target is a shared object without a dynamic linker: nothing has been relocated and no library
// is there. So this is code alone, without calls to others and without tables of addresses.
#include <stddef.h>
#include <sys/syscall.h>

namespace {

constexpr size_t kLongestPath = 4096;
constexpr int kNotFound = 127;  // as shells have it

long SystemCall(long number, long a, long b, long c) {
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c)
               : "rcx", "r11", "memory");
  return result;
}

size_t Length(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

// The value of `name=` in the environment; null if it is not there.
const char* Variable(char** environment, const char* name) {
  for (; *environment != nullptr; ++environment) {
    size_t i = 0;
    while (name[i] != '\0' && (*environment)[i] == name[i]) ++i;
    if (name[i] == '\0') return *environment + i;
  }
  return nullptr;
}

// Returns if there is no such program.
void Execute(const char* path, char** arguments, char** environment) {
  SystemCall(SYS_execve, reinterpret_cast<long>(path), reinterpret_cast<long>(arguments),
             reinterpret_cast<long>(environment));
}

void ExecuteInPath(const char* folders, const char* name, char** arguments, char** environment) {
  char path[kLongestPath];
  while (true) {
    size_t length = 0;
    for (; *folders != '\0' && *folders != ':'; ++folders) {
      if (length < kLongestPath / 2) path[length++] = *folders;
    }
    if (length > 0) path[length++] = '/';
    for (size_t i = 0; i <= Length(name); ++i) path[length++] = name[i];
    Execute(path, arguments, environment);
    if (*folders++ == '\0') return;
  }
}

}  // namespace

// `stack` is as the kernel leaves it: argc, argv, null, environment, null.
extern "C" [[noreturn, gnu::used, gnu::visibility("hidden")]] void WeirEnter(long* stack) {
  const long count = stack[0];
  char** const given = reinterpret_cast<char**>(stack + 1);
  char** const environment = given + count + 1;
  char weir[] = {'w', 'e', 'i', 'r', '\0'}, gtest[] = {'g', 't', 'e', 's', 't', '\0'};
  char target[kLongestPath];
  const char link[] = "/proc/self/exe";
  const long length = SystemCall(SYS_readlink, reinterpret_cast<long>(link),
                                 reinterpret_cast<long>(target), sizeof target - 1);
  target[length > 0 ? length : 0] = '\0';

  auto** const arguments =
      static_cast<char**>(__builtin_alloca(sizeof(char*) * static_cast<size_t>(count + 4)));
  char** next = arguments;
  *next++ = weir;
  *next++ = gtest;
  *next++ = target;
  for (long i = 1; i < count; ++i) *next++ = given[i];
  *next = nullptr;

  if (const char* const named = Variable(environment, "WEIR=")) {
    *arguments = const_cast<char*>(named);
    Execute(named, arguments, environment);
  } else if (const char* const folders = Variable(environment, "PATH=")) {
    ExecuteInPath(folders, weir, arguments, environment);
  }
  const char message[] =
      "this is a target of weir: have weir in $PATH, or its path in $WEIR, to run it\n";
  SystemCall(SYS_write, 2, reinterpret_cast<long>(message), sizeof message - 1);
  SystemCall(SYS_exit_group, kNotFound, 0, 0);
  __builtin_unreachable();
}

// main is not exported from a target that was compiled with -fvisibility=hidden; weir_main is.
asm(R"(
.text
.globl weir_entry
.type weir_entry, @function
weir_entry:
  movq %rsp, %rdi
  xorl %ebp, %ebp
  call WeirEnter
  ud2
.size weir_entry, .-weir_entry

.globl weir_main
.type weir_main, @function
weir_main:
  jmp main
.size weir_main, .-weir_main
)");
