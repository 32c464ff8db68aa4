// How an execution's slots and keys become the words of a schedule file.
#ifndef WEIR_SIM_SCHEDULE_NAMES_H_
#define WEIR_SIM_SCHEDULE_NAMES_H_

#include <cstdint>
#include <functional>
#include <string>

#include "sim/engine/object.h"
#include "sim/engine/thread_set.h"

namespace weir::sim {

// Of the engine: Names{&ThreadPath, &ThreadPathHash, &ThreadName, &ObjectName}; tests bring their
// own.
struct Names {
  std::function<std::string(ThreadSlot)> thread_path;
  std::function<uint64_t(ThreadSlot)> thread_path_hash;  // PathHash of it; allocates nothing
  std::function<std::string(ThreadSlot)> thread_name;
  // May append " (symbol)" to the written form.
  std::function<std::string(const ObjectKey&)> object;
};

}  // namespace weir::sim

#endif  // WEIR_SIM_SCHEDULE_NAMES_H_
