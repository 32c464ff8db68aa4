#include "sim/posix/elf_file.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace weir::sim {
namespace {

// A file's bytes, with bounds.
class Bytes {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  std::optional<T> At(uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::string_view Range(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return {};
    return std::string_view(bytes_).substr(offset, size);
  }
  // The zero-terminated string at the offset.
  std::string_view Text(uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    return std::string_view(bytes_.c_str() + offset);
  }

 private:
  std::string bytes_;
};

std::string BuildIdIn(std::string_view notes) {
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note;
    std::memcpy(&note, notes.data(), sizeof note);
    const uint64_t name = (uint64_t{note.n_namesz} + 3) & ~uint64_t{3};
    const uint64_t description = (uint64_t{note.n_descsz} + 3) & ~uint64_t{3};
    if (notes.size() - sizeof note < name + description) return "";
    if (note.n_type == NT_GNU_BUILD_ID) {
      const std::string_view id = notes.substr(sizeof note + name, note.n_descsz);
      return absl::BytesToHexString(absl::string_view(id.data(), id.size()));
    }
    notes.remove_prefix(sizeof note + name + description);
  }
  return "";
}

void ReadSymbols(const Bytes& file, const Elf64_Shdr& table, uint64_t strings, ElfFacts& facts) {
  for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
    const auto symbol = file.At<Elf64_Sym>(table.sh_offset + at);
    if (!symbol) return;
    const std::string_view name = file.Text(strings + symbol->st_name);
    if (name == "__tsan_init" && symbol->st_shndx == SHN_UNDEF) facts.instrumented = true;
    if (name.starts_with("__tsan_read") || name.starts_with("__tsan_write") ||
        name.starts_with("__tsan_unaligned_") || name.starts_with("__tsan_vptr_")) {
      facts.tells_accesses = true;
    }
    if (name == "weir_points_volatile") facts.only_volatile = true;
    if (name == "main" && symbol->st_shndx != SHN_UNDEF) facts.exports_main = true;
  }
}

}  // namespace

absl::StatusOr<ElfFacts> ReadElf(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat(path, ": no such target"));
  const Bytes file(std::string(std::istreambuf_iterator<char>(stream), {}));
  const auto bad = [&path](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
  };
  const auto header = file.At<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return bad("not an ELF file");
  if (header->e_machine != EM_X86_64 || header->e_type != ET_DYN) {
    return bad("not an x86-64 shared object");
  }
  ElfFacts facts = {};
  bool loads = false;
  for (uint64_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = file.At<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return bad("truncated ELF file");
    if (segment->p_type == PT_LOAD && !loads) {
      loads = true;
      facts.text_address = segment->p_vaddr;
    }
    if (segment->p_type == PT_NOTE && facts.build_id.empty()) {
      facts.build_id = BuildIdIn(file.Range(segment->p_offset, segment->p_filesz));
    }
  }
  for (uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto section = file.At<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) return bad("truncated ELF file");
    if (section->sh_type != SHT_DYNSYM) continue;
    const auto strings =
        file.At<Elf64_Shdr>(header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    if (!strings) return bad("truncated ELF file");
    ReadSymbols(file, *section, strings->sh_offset, facts);
  }
  return facts;
}

}  // namespace weir::sim
