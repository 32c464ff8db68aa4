// What weir needs to know of a shared object before and after it is loaded.
#ifndef WEIR_SIM_POSIX_ELF_FILE_H_
#define WEIR_SIM_POSIX_ELF_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace weir::sim {

struct ElfFacts {
  uint64_t text_address;  // of the first PT_LOAD
  std::string build_id;   // hex
  bool instrumented;      // imports __tsan_init
  bool exports_main;
  bool tells_accesses;  // imports __tsan_read*, __tsan_write* or their like
  bool only_volatile;   // ... of which only those of volatiles count (weir_target(… VOLATILE))
};

// Reads the file. NotFound, or InvalidArgument for what is not an x86-64 shared object; never
// trusts an offset in it.
absl::StatusOr<ElfFacts> ReadElf(const std::string& path);

}  // namespace weir::sim

#endif  // WEIR_SIM_POSIX_ELF_FILE_H_
