// Whose definition of a name counts for the target and for the libraries that came with it.
//
// Natively a name is the program's own, else that of the first library that the program is linked
// with, and libc, which all of them need, comes late. A target is loaded by dlopen, and ld.so then
// asks weir and the libraries of weir first, libc among them: a program's own `send`, or a
// library's `index`, would be libc's. References within the target are bound by the linker
// (-Bsymbolic in cmake/WeirTarget.cmake); this is for all others.
#ifndef WEIR_SIM_POSIX_TARGET_SCOPE_H_
#define WEIR_SIM_POSIX_TARGET_SCOPE_H_

#include <elf.h>

#include <cstdint>
#include <vector>

namespace weir::sim {

class TargetScope {
 public:
  // `handle` is what dlopen() gave for the target. Stays valid as long as the target is loaded.
  explicit TargetScope(void* handle) : handle_(handle) {}

  // Memory of the target (the first one) or of a library that was loaded with it.
  void Add(uintptr_t begin, uintptr_t end, bool has_versions) {
    objects_.push_back({begin, end, has_versions});
  }
  // weir's own: what it defines for its targets it simulates, and no library's version does.
  void SetHost(uintptr_t begin, uintptr_t end) { host_ = {begin, end, false}; }

  // What a reference leads to natively, if that is a definition in these objects while ld.so has
  // led it out of them, to `resolved`; else 0. A variable does not count where a function is meant.
  // `version` is null for a reference without one.
  uintptr_t NativeDefinition(const char* name, const char* version, uintptr_t resolved) const;
  // Whether the target itself lies at that address.
  bool IsOfTarget(uintptr_t address) const { return objects_.front().Contains(address); }

 private:
  struct Object {
    uintptr_t begin = 0, end = 0;
    bool has_versions = false;  // it defines versions of its symbols
    bool Contains(uintptr_t address) const { return address >= begin && address < end; }
  };
  const Object* ObjectAt(uintptr_t address) const;

  void* handle_;
  std::vector<Object> objects_;
  Object host_;
};

// The versions that an object's references ask for, by the index of the symbol.
class NeededVersions {
 public:
  // Either is null in an object without versions. `count`: DT_VERNEEDNUM.
  NeededVersions(const Elf64_Half* of_symbols, const Elf64_Verneed* needed, uint64_t count,
                 const char* strings)
      : of_symbols_(of_symbols), needed_(needed), count_(count), strings_(strings) {}

  // Null: any version will do.
  const char* Of(uint64_t symbol) const;

 private:
  const Elf64_Half* of_symbols_;
  const Elf64_Verneed* needed_;
  uint64_t count_;
  const char* strings_;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_TARGET_SCOPE_H_
