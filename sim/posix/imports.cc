#include "sim/posix/imports.h"

#include <elf.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/allow_list.h"
#include "sim/posix/environment.h"
#include "sim/posix/library_calls.h"
#include "sim/posix/orders.h"
#include "sim/posix/race.h"

namespace weir::sim {
namespace {

uintptr_t g_libc_begin = 0, g_libc_end = 0;
std::vector<uintptr_t> g_called;  // by the target: functions of others

}  // namespace

// Called by the stubs below with the name of the call; the caller's address lies on the stack.
extern "C" [[noreturn]] [[gnu::used]] void WeirRefuseCall(const char* name, const void* caller) {
  if (g_mode == Mode::kTarget) world().verdict.address = reinterpret_cast<uintptr_t>(caller);
  FailExecution(VerdictKind::kUnsupportedCall, name, "calls %s(), which weir does not simulate",
                name);
}

// %rax holds the name. The frame is described, so that stacks can be walked through it.
extern "C" void WeirRefuseEntry();
asm(R"(
.text
.globl WeirRefuseEntry
.type WeirRefuseEntry, @function
WeirRefuseEntry:
  .cfi_startproc
  movq %rax, %rdi
  movq (%rsp), %rsi
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  call WeirRefuseCall
  ud2
  .cfi_endproc
.size WeirRefuseEntry, .-WeirRefuseEntry
)");

namespace {

// movabs $name, %rax ; movabs $WeirRefuseEntry, %r11 ; jmp *%r11
constexpr size_t kStubBytes = 32;

class StubPage {
 public:
  void* Add(const char* name) {
    if (next_ == nullptr || next_ + kStubBytes > end_) {
      constexpr size_t kBytes = 64 << 10;
      void* const at = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (at == MAP_FAILED) return nullptr;
      next_ = static_cast<unsigned char*>(at);
      end_ = next_ + kBytes;
    }
    unsigned char* const stub = next_;
    next_ += kStubBytes;
    const auto entry = reinterpret_cast<uintptr_t>(&WeirRefuseEntry);
    const unsigned char code[] = {0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0,    0,    0x49, 0xBB,
                                  0,    0,    0, 0, 0, 0, 0, 0, 0x41, 0xFF, 0xE3};
    std::memcpy(stub, code, sizeof code);
    std::memcpy(stub + 2, &name, sizeof name);
    std::memcpy(stub + 12, &entry, sizeof entry);
    return stub;
  }

 private:
  unsigned char* next_ = nullptr;
  unsigned char* end_ = nullptr;
};

struct Dynamic {
  const Elf64_Sym* symbols = nullptr;
  const char* strings = nullptr;
  const Elf64_Rela* tables[2] = {};
  size_t bytes[2] = {};
  const Elf64_Half* versions = nullptr;
  const Elf64_Verneed* needed = nullptr;
  uint64_t needed_count = 0;
  bool defines_versions = false;
};

Dynamic ReadDynamic(const dl_phdr_info& object) {
  Dynamic result;
  const Elf64_Dyn* entry = nullptr;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type == PT_DYNAMIC) {
      entry = reinterpret_cast<const Elf64_Dyn*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
    }
  }
  // glibc has made these addresses absolute.
  for (; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        result.symbols = reinterpret_cast<const Elf64_Sym*>(entry->d_un.d_ptr);
        break;
      case DT_STRTAB:
        result.strings = reinterpret_cast<const char*>(entry->d_un.d_ptr);
        break;
      case DT_RELA:
        result.tables[0] = reinterpret_cast<const Elf64_Rela*>(entry->d_un.d_ptr);
        break;
      case DT_RELASZ:
        result.bytes[0] = entry->d_un.d_val;
        break;
      case DT_JMPREL:
        result.tables[1] = reinterpret_cast<const Elf64_Rela*>(entry->d_un.d_ptr);
        break;
      case DT_PLTRELSZ:
        result.bytes[1] = entry->d_un.d_val;
        break;
      case DT_VERSYM:
        result.versions = reinterpret_cast<const Elf64_Half*>(entry->d_un.d_ptr);
        break;
      case DT_VERNEED:
        // But for this one, which it only reads while it loads.
        result.needed =
            reinterpret_cast<const Elf64_Verneed*>(object.dlpi_addr + entry->d_un.d_ptr);
        break;
      case DT_VERNEEDNUM:
        result.needed_count = entry->d_un.d_val;
        break;
      case DT_VERDEF:
        result.defines_versions = true;
        break;
      default:
        break;
    }
  }
  return result;
}

absl::Status WriteSlot(uintptr_t slot, void* value, int protection) {
  void* const page = reinterpret_cast<void*>(slot & ~(kPage - 1));
  if (mprotect(page, kPage, PROT_READ | PROT_WRITE) != 0) {
    return absl::InternalError(absl::StrCat("mprotect of the target's imports: ", strerror(errno)));
  }
  std::memcpy(reinterpret_cast<void*>(slot), &value, sizeof value);
  mprotect(page, kPage, protection);
  return absl::OkStatus();
}

bool InRelro(const dl_phdr_info& object, uintptr_t address) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    const uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_GNU_RELRO && address >= begin && address < begin + segment.p_memsz) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsInLibc(uintptr_t address) { return address >= g_libc_begin && address < g_libc_end; }
void SetLibcRange(uintptr_t begin, uintptr_t end) { g_libc_begin = begin, g_libc_end = end; }

bool TargetCallsInto(uintptr_t begin, uintptr_t end) {
  for (const uintptr_t function : g_called) {
    if (function >= begin && function < end) return true;
  }
  return false;
}

bool DefinesVersions(const dl_phdr_info& object) { return ReadDynamic(object).defines_versions; }

// What a function's slot is to hold instead of what ld.so has found: null to leave it.
static absl::StatusOr<void*> Redirection(const char* name, uintptr_t resolved, bool is_target) {
  static StubPage stubs;
  if (void* const there = HappensBeforeFor(name, resolved, is_target)) return there;
  if (void* const there = MemoryAccessFor(name, is_target)) return there;
  if (void* const there = OrderFor(name, resolved)) return there;
  if (void* const there = ReplacementFor(name)) return there;
  if (!IsInLibc(resolved) || IsAllowedImport(name)) return nullptr;
  void* const stub = stubs.Add(name);
  if (stub == nullptr) return absl::ResourceExhaustedError("no memory for import stubs");
  return stub;
}

static absl::Status Bind(const dl_phdr_info& object, const Elf64_Rela& relocation,
                         const Dynamic& dynamic, bool is_target, const TargetScope& scope) {
  const auto index = ELF64_R_SYM(relocation.r_info);
  const Elf64_Sym& symbol = dynamic.symbols[index];
  if (index == 0 || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) return absl::OkStatus();
  const uintptr_t slot = object.dlpi_addr + relocation.r_offset;
  // A slot of the PLT has no addend, whatever stands there.
  const bool adds = ELF64_R_TYPE(relocation.r_info) == R_X86_64_64;
  const uintptr_t addend = adds ? static_cast<uintptr_t>(relocation.r_addend) : 0;
  const uintptr_t resolved = *reinterpret_cast<const uintptr_t*>(slot) - addend;
  const char* const name = dynamic.strings + symbol.st_name;
  const NeededVersions versions(dynamic.versions, dynamic.needed, dynamic.needed_count,
                                dynamic.strings);
  const int protection = InRelro(object, slot) ? PROT_READ : PROT_READ | PROT_WRITE;
  const bool is_undefined = symbol.st_shndx == SHN_UNDEF;
  const char* const version = is_undefined ? versions.Of(index) : nullptr;
  if (const uintptr_t native = scope.NativeDefinition(name, version, resolved); native != 0) {
    return WriteSlot(slot, reinterpret_cast<void*>(native + addend), protection);
  }
  if (!is_undefined || ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT || scope.IsOfTarget(resolved)) {
    return absl::OkStatus();
  }
  if (is_target) g_called.push_back(resolved);
  const auto there = Redirection(name, resolved, is_target);
  if (!there.ok()) return there.status();
  void* value = *there;
  const bool calls = is_target && ELF64_R_TYPE(relocation.r_info) == R_X86_64_JUMP_SLOT;
  if (value == nullptr && calls) value = NotedCallFor(name, resolved);
  return value == nullptr ? absl::OkStatus() : WriteSlot(slot, value, protection);
}

absl::Status BindImports(const dl_phdr_info& object, bool is_target, const TargetScope& scope) {
  const Dynamic dynamic = ReadDynamic(object);
  for (int table = 0; table < 2; ++table) {
    for (size_t i = 0; i < dynamic.bytes[table] / sizeof(Elf64_Rela); ++i) {
      const Elf64_Rela& relocation = dynamic.tables[table][i];
      const auto type = ELF64_R_TYPE(relocation.r_info);
      if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && type != R_X86_64_64) continue;
      if (auto status = Bind(object, relocation, dynamic, is_target, scope); !status.ok()) {
        return status;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace weir::sim
