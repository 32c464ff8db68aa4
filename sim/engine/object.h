// Names for memory that do not depend on who touched it first or on what else was scheduled.
#ifndef WEIR_SIM_ENGINE_OBJECT_H_
#define WEIR_SIM_ENGINE_OBJECT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace weir::sim {

// A name as a number: 64-bit FNV-1a, finished by a mixer so that short names spread. The same on
// every machine. Threads are identified by the hash of their *path* ("worker-0/main.2": the second
// thread that worker-0/main created), which no other thread's scheduling can change.
constexpr uint64_t PathHash(std::string_view path) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : path) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93u;
  return hash ^ (hash >> 32);
}

// Where an address lies, by meaning. Deleting one edit of a schedule moves heap addresses; it does
// not move "the third block that worker-0/main allocated".
struct ObjectKey {
  enum class Space : uint8_t {
    kNone,     // no object
    kGlobal,   // owner: PathHash of the loaded object's file name, offset from its base
    kHeap,     // owner: allocating thread (PathHash), number: its how-manieth allocation, offset
               // inside
    kStack,    // owner: thread (PathHash), offset: bytes below the top of its slot (stack and TLS)
    kShared,   // owner: hash of the shared object's name, offset inside
    kThread,   // owner: thread (PathHash)
    kProcess,  // owner: process (PathHash of its name)
    kUnknown,  // number: the address
  };
  Space space = Space::kNone;
  uint64_t owner = 0;
  uint64_t number = 0;
  uint64_t offset = 0;

  friend bool operator==(const ObjectKey&, const ObjectKey&) = default;
};

// The written form, in which names stand for the hashes:
//
//   -                        kNone          thread:worker-0/main.2   kThread
//   fence.so+0x4030          kGlobal        process:worker-0         kProcess
//   worker-0/main:2+0x40     kHeap          shm:/group+0x1240        kShared
//   worker-0/main@0x1240     kStack         0x7f0012345678           kUnknown
//
// InvalidArgument for anything else. The way back needs the names: ObjectName() in engine.h.
absl::StatusOr<ObjectKey> ParseObject(std::string_view text);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_OBJECT_H_
