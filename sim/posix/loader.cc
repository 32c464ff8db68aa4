#include "sim/posix/loader.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>

#include <cstring>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "sim/engine/fiber.h"
#include "sim/engine/pages.h"
#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/engine/snapshot.h"
#include "sim/engine/time_stamp.h"
#include "sim/engine/world.h"
#include "sim/posix/allow_list.h"
#include "sim/posix/elf_file.h"
#include "sim/posix/exit.h"
#include "sim/posix/gtest.h"
#include "sim/posix/imports.h"
#include "sim/posix/library_calls.h"
#include "sim/posix/memory.h"
#include "sim/posix/mutex.h"
#include "sim/posix/orders.h"
#include "sim/posix/output.h"
#include "sim/posix/race.h"
#include "sim/posix/race_suppressions.h"
#include "sim/posix/shared_memory.h"
#include "sim/posix/unseen.h"
#include "sim/weir.h"

extern "C" {
struct WeirTlsIndex {
  unsigned long module, offset;
};
void* WeirTlsAddress(WeirTlsIndex* index) asm("__tls_get_addr");
}

namespace weir::sim {
namespace {

Target g_target;
MainFunction g_main = nullptr;

struct TlsModule {
  unsigned long id;
  size_t bytes;
};
std::vector<TlsModule> g_tls_modules;

// Runs an ordinary program: its exit status is the verdict.
void RunMain(const int64_t*) {
  static char name[] = "main";
  static char* arguments[] = {name, nullptr};
  static char* environment[] = {nullptr};
  exit(g_main(1, arguments, environment));
}
constexpr WeirScenario kMainScenario = {"main", "the target's main()", nullptr, 0, RunMain,
                                        nullptr};

std::string_view FileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool IsLibc(std::string_view file) {
  return file.starts_with("libc.so") || file.starts_with("ld-linux") ||
         file.starts_with("linux-vdso") || file.starts_with("libm.so") ||
         file.starts_with("libpthread") || file.starts_with("libdl.") || file.starts_with("librt.");
}

// Calls `visit` for each object that is loaded now.
template <typename Visit>
void ForEachObject(Visit visit) {
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* context) {
        (*static_cast<Visit*>(context))(*info);
        return 0;
      },
      &visit);
}

struct Extent {
  uintptr_t begin = ~uintptr_t{0}, end = 0;
};
Extent ExtentOf(const dl_phdr_info& object) {
  Extent extent;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (begin < extent.begin) extent.begin = begin;
    if (begin + segment.p_memsz > extent.end) extent.end = begin + segment.p_memsz;
  }
  return extent;
}

void FindLibc() {
  ForEachObject([](const dl_phdr_info& object) {
    const std::string_view file = FileName(object.dlpi_name);
    const Extent extent = ExtentOf(object);
    if (file.starts_with("libc.so")) SetLibcRange(extent.begin, extent.end);
    if (file.starts_with("libc.so") || file.starts_with("ld-linux")) {
      AddHostCaller(extent.begin, extent.end);
    }
  });
}

// The writable data of an object goes back to what it is now at each execution.
void TrackData(const dl_phdr_info& object) {
  uintptr_t relro_end = 0;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type == PT_GNU_RELRO) {
      relro_end = (object.dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(kPage - 1);
    }
  }
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) continue;
    uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    const uintptr_t end = begin + segment.p_memsz;
    if (relro_end > begin && relro_end <= end) begin = relro_end;
    TrackPages(begin, end);
  }
}

void AdoptObject(const dl_phdr_info& object, bool is_target) {
  const std::string file(is_target ? g_target.name + ".so"
                                   : std::string(FileName(object.dlpi_name)));
  const Extent extent = ExtentOf(object);
  const uintptr_t base = is_target ? extent.begin : object.dlpi_addr;
  RegisterImage(file.c_str(), base, extent.begin, extent.end);
  TrackData(object);
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type == PT_TLS) {
      g_tls_modules.push_back({object.dlpi_tls_modid, object.dlpi_phdr[i].p_memsz});
    }
  }
}

// On a borrowed thread: its copy of each object's thread-local storage comes into being now, in the
// World.
void TouchTls(ThreadSlot slot) {
  g_allocate_tls = true;
  for (const TlsModule& module : g_tls_modules) {
    WeirTlsIndex index = {module.id, 0};
    const auto block = reinterpret_cast<uintptr_t>(WeirTlsAddress(&index));
    ImageTls(slot, block, block + module.bytes);
  }
  g_allocate_tls = false;
}

absl::StatusOr<void*> Open(const std::string& path) {
  g_mode = Mode::kLoad;
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  g_mode = Mode::kHost;
  if (handle == nullptr) return absl::FailedPreconditionError(dlerror());
  return handle;
}

// Whether the library makes order that is not seen by itself.
bool OrdersUnseen(const dl_phdr_info& object) {
  if (IsOfRuntime(FileName(object.dlpi_name))) return false;
  const auto facts = ReadElf(object.dlpi_name);
  if (!facts.ok() || facts->instrumented) return false;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const auto* const code = reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr);
    if (SynchronisesByItself({code, segment.p_filesz})) return true;
  }
  return false;
}

absl::Status AdoptObjects(const std::set<std::string>& before, const std::string& path,
                          void* handle) {
  TargetScope scope(handle);
  std::vector<dl_phdr_info> objects;
  ForEachObject([&](const dl_phdr_info& object) {
    const Extent extent = ExtentOf(object);
    if (object.dlpi_name[0] == '\0') scope.SetHost(extent.begin, extent.end);
    if (before.contains(object.dlpi_name) || IsLibc(FileName(object.dlpi_name))) return;
    scope.Add(extent.begin, extent.end, DefinesVersions(object));
    objects.push_back(object);
  });
  std::vector<dl_phdr_info> unseen;
  for (const dl_phdr_info& object : objects) {
    if (g_races == nullptr || path == object.dlpi_name || !OrdersUnseen(object)) continue;
    const Extent extent = ExtentOf(object);
    NoteCallsInto(extent.begin, extent.end, FileName(object.dlpi_name));
    unseen.push_back(object);
  }
  for (const dl_phdr_info& object : objects) {
    const bool is_target = path == object.dlpi_name;
    AdoptObject(object, is_target);
    if (auto status = BindImports(object, is_target, scope); !status.ok()) return status;
  }
  for (const dl_phdr_info& object : unseen) {
    const Extent extent = ExtentOf(object);
    const bool called = TargetCallsInto(extent.begin, extent.end);
    if (!called || HasOrderIn(extent.begin, extent.end)) continue;
    g_target.unseen_libraries.emplace_back(FileName(object.dlpi_name));
  }
  return absl::OkStatus();
}

std::string AbsolutePath(const std::string& path) {
  char absolute[PATH_MAX];
  return realpath(path.c_str(), absolute) != nullptr ? absolute : path;
}

// See snapshot.h.
bool CopyPosix(void (*add)(void* context, uintptr_t begin, size_t size), void* context) {
  return g_races == nullptr && CopySharedMemory(add, context);
}

void ResetPosix() {
  ResetSharedMemory();
  ResetRaces();
}

// Each TEST in place of main, if the target has any. After the World is sealed.
absl::Status FindTests(void* handle) {
  const bool has_gtest = dlsym(handle, "_ZN7testing8UnitTest11GetInstanceEv") != nullptr;
  if (g_main == nullptr || !has_gtest) return absl::OkStatus();
  const auto tests = TestScenarios(g_main);
  if (!tests.ok()) return tests.status();
  if (tests->empty()) return absl::OkStatus();
  std::vector<const WeirScenario*>& scenarios = g_target.scenarios;
  scenarios.erase(scenarios.begin());
  scenarios.insert(scenarios.begin(), tests->begin(), tests->end());
  return absl::OkStatus();
}

}  // namespace

void AddScenario(const WeirScenario* scenario) {
  HostScope host;
  g_target.scenarios.push_back(scenario);
}

absl::Status CheckTarget(const std::string& path) {
  const auto facts = ReadElf(path);
  if (!facts.ok()) return facts.status();
  if (!facts->instrumented) {
    return absl::InvalidArgumentError(
        absl::StrCat(path,
                     ": not instrumented; build it with weir_target() (or -fsanitize=thread, see "
                     "docs/how-it-works.md)"));
  }
  if (facts->text_address != kTargetAddress) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": linked at 0x", absl::Hex(facts->text_address), ", not at 0x",
                     absl::Hex(kTargetAddress),
                     "; build it with weir_target() (or link with -Wl,-Ttext-segment=)"));
  }
  return absl::OkStatus();
}

absl::StatusOr<const Target*> LoadTarget(const std::string& path) {
  if (auto status = CheckTarget(path); !status.ok()) return status;
  g_target.path = AbsolutePath(path);
  const std::string_view file = FileName(g_target.path);
  g_target.name = std::string(file.substr(0, file.rfind(".so")));
  const ElfFacts facts = *ReadElf(path);
  g_target.build_id = facts.build_id;

  CaptureOutput();
  PrepareAllowedImports();
  InstallExitHooks();
  InstallMutexHooks();
  if (facts.tells_accesses && !facts.only_volatile) {
    if (auto status = StartRaces(); !status.ok()) return status;
  }
  FindLibc();
  std::set<std::string> before;
  ForEachObject([&before](const dl_phdr_info& object) { before.insert(object.dlpi_name); });
  // Also what the target's constructors read is virtual.
  if (auto status = InstallFaultHandlers(); !status.ok()) return status;
  TrapTimeStamps();
  const auto handle = Open(g_target.path);
  if (!handle.ok()) return handle.status();
  if (auto status = AdoptObjects(before, g_target.path, *handle); !status.ok()) return status;
  if (g_races != nullptr) {
    if (auto status = ResolveRaceSuppressions(g_target.path); !status.ok()) return status;
    if (auto status = CheckOrders(g_target.path); !status.ok()) return status;
  }

  // sim/entry.cc exports a main that the target hides.
  void* const main = dlsym(*handle, "main");
  g_main = reinterpret_cast<MainFunction>(main != nullptr ? main : dlsym(*handle, "weir_main"));
  if (g_main != nullptr) g_target.scenarios.insert(g_target.scenarios.begin(), &kMainScenario);
  if (g_target.scenarios.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": exports neither main nor a WEIR_SCENARIO"));
  }
  g_reset_hook = ResetPosix;
  g_copy_hook = CopyPosix;
  if (auto status = SealWorld(TouchTls); !status.ok()) return status;
  if (auto status = FindTests(*handle); !status.ok()) return status;
  return &g_target;
}

}  // namespace weir::sim
