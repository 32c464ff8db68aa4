#include "sim/verdict/object_text.h"

#include "absl/strings/str_cat.h"
#include "sim/engine/engine.h"

namespace weir::sim {
namespace {

// Empty where there is none.
std::string SourceName(const ObjectKey& key, const Symbols* symbols) {
  const uintptr_t address = AddressOfGlobal(key);
  return symbols == nullptr || address == 0 ? "" : symbols->Variable(address);
}

}  // namespace

std::string ObjectText(const ObjectKey& key, const Symbols* symbols) {
  std::string name = SourceName(key, symbols);
  return name.empty() ? ObjectName(key) : name;
}

std::string ObjectText(std::string_view written, const Symbols* symbols) {
  const absl::StatusOr<ObjectKey> key = ParseObject(written);
  std::string name = key.ok() ? SourceName(*key, symbols) : "";
  return name.empty() ? std::string(written) : name;
}

std::string ObjectInFull(const ObjectKey& key, const Symbols* symbols) {
  const std::string name = SourceName(key, symbols);
  return name.empty() ? ObjectName(key) : absl::StrCat(ObjectName(key), " (", name, ")");
}

}  // namespace weir::sim
