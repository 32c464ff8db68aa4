#include <xxhash.h>

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/schedule/visit.h"

namespace weir::sim {
namespace {

// Each value is preceded by what tells it from its neighbours: a text or a list by its length, an
// alternative by its place.
class Hasher {
 public:
  Hasher() { XXH3_128bits_reset(&state_); }

  template <typename T>
  void operator()(const Field& field, const T& value) {
    if (field.decides) Add(value);
  }
  void Enter(const char*) {}
  void Leave() {}

  std::pair<uint64_t, uint64_t> Digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.high64, hash.low64};
  }

 private:
  void AddBytes(const void* bytes, size_t size) { XXH3_128bits_update(&state_, bytes, size); }

  template <typename T>
  void Add(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      const auto number = static_cast<uint64_t>(value);
      AddBytes(&number, sizeof number);
    } else {
      VisitFields(value, *this);
    }
  }
  void Add(const std::string& text) {
    Add(text.size());
    AddBytes(text.data(), text.size());
  }
  void Add(const Parameter& parameter) {
    Add(parameter.name);
    Add(parameter.value.index());
    std::visit([this](const auto& value) { Add(value); }, parameter.value);
  }
  void Add(const std::pair<std::string, std::string>& pair) {
    Add(pair.first);
    Add(pair.second);
  }
  template <typename T>
  void Add(const std::vector<T>& items) {
    Add(items.size());
    for (const T& item : items) Add(item);
  }

  XXH3_state_t state_;
};

}  // namespace

std::pair<uint64_t, uint64_t> DecidingHash(const Schedule& schedule) {
  Hasher hasher;
  VisitFields(schedule, hasher);
  return hasher.Digest();
}

}  // namespace weir::sim
