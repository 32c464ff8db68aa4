#include "sim/posix/target_scope.h"

#include <dlfcn.h>
#include <link.h>

namespace weir::sim {

// STT_FUNC, STT_OBJECT …; STT_NOTYPE for what has no symbol.
static unsigned TypeOf(uintptr_t address) {
  Dl_info info;
  void* symbol = nullptr;
  const int found = dladdr1(reinterpret_cast<void*>(address), &info, &symbol, RTLD_DL_SYMENT);
  if (found == 0 || symbol == nullptr) return STT_NOTYPE;
  return ELF64_ST_TYPE(static_cast<const Elf64_Sym*>(symbol)->st_info);
}

const TargetScope::Object* TargetScope::ObjectAt(uintptr_t address) const {
  for (const Object& object : objects_) {
    if (object.Contains(address)) return &object;
  }
  return nullptr;
}

uintptr_t TargetScope::NativeDefinition(const char* name, const char* version,
                                        uintptr_t resolved) const {
  if (ObjectAt(resolved) != nullptr) return 0;
  // dlsym() of a handle looks through the target and what it needs, in the native order. What has
  // no version answers for every one, but not when dlvsym() asks.
  const Object* owner = nullptr;
  uintptr_t found = 0;
  if (version != nullptr) {
    found = reinterpret_cast<uintptr_t>(dlvsym(handle_, name, version));
    owner = ObjectAt(found);
  }
  if (owner == nullptr) {
    found = reinterpret_cast<uintptr_t>(dlsym(handle_, name));
    owner = ObjectAt(found);
    if (owner == nullptr || (version != nullptr && owner->has_versions)) return 0;
  }
  const bool is_target = owner == &objects_.front();
  // A linker does not let a variable take the place of a library's function.
  if ((TypeOf(found) == STT_OBJECT) != (TypeOf(resolved) == STT_OBJECT)) return 0;
  return host_.Contains(resolved) && !is_target ? 0 : found;
}

const char* NeededVersions::Of(uint64_t symbol) const {
  if (of_symbols_ == nullptr) return nullptr;
  const unsigned index = of_symbols_[symbol] & 0x7FFFu;
  const Elf64_Verneed* file = needed_;
  for (uint64_t i = 0; i < count_ && file != nullptr; ++i) {
    const auto* const begin = reinterpret_cast<const char*>(file);
    const auto* version = reinterpret_cast<const Elf64_Vernaux*>(begin + file->vn_aux);
    for (unsigned j = 0; j < file->vn_cnt; ++j) {
      if (version->vna_other == index) return strings_ + version->vna_name;
      const char* const at = reinterpret_cast<const char*>(version);
      version = reinterpret_cast<const Elf64_Vernaux*>(at + version->vna_next);
    }
    file = reinterpret_cast<const Elf64_Verneed*>(begin + file->vn_next);
  }
  return nullptr;
}

}  // namespace weir::sim
