// shm_open, shm_unlink, memfd_create, ftruncate, fstat, close: descriptors of virtual processes,
// and the memory objects that they name.
//
// A descriptor belongs to one life of one process: the lowest free number from 3 up; what a killed
// process had open is closed. An object lives until it has neither name nor descriptor nor mapping,
// in a pool of 1 GiB for all (shared_pool.h). The file mode is ignored: every process is the same
// user's. Errors are those of glibc on Linux. POSIX.1-2017, shm_open(3p), ftruncate(3p);
// memfd_create(2).
//
// Departures: fstat says type, mode and size, no more. Descriptors 0 to 2 are not files here.
#include "sim/posix/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "sim/engine/run.h"
#include "sim/engine/scheduler.h"
#include "sim/posix/failed_call.h"
#include "sim/posix/real.h"

namespace weir::sim {
namespace {

using Object = SharedState::Object;
using Descriptor = SharedState::Descriptor;

constexpr int kFirstDescriptor = 3;
constexpr size_t kLongestMemfdName = 249;  // memfd_create(2)

SharedState& State() { return posix_state().shared; }

int Fail(int error) {
  Result(static_cast<uint64_t>(error));
  errno = error;
  return -1;
}

int Finish(int value) {
  Result(static_cast<uint64_t>(value));
  return value;
}

void RefuseInLoadMode(const char* call) {
  if (g_mode == Mode::kLoad) {
    FailExecution(VerdictKind::kUnsupportedCall, call, "calls %s() before main or scenario", call);
  }
}

bool IsOpen(const Descriptor& descriptor) {
  return descriptor.object != 0 && descriptor.incarnation == CurrentProcess().incarnation;
}

Descriptor* Row() { return State().descriptors[CurrentThread().process]; }

// −1 when all are in use.
int Open(const Object& object, int access) {
  Descriptor* const row = Row();
  int fd = kFirstDescriptor;
  while (fd < kMaxDescriptors && IsOpen(row[fd])) ++fd;
  if (fd == kMaxDescriptors) return -1;
  row[fd] = {static_cast<uint16_t>(&object - State().objects + 1), access != O_WRONLY,
             access != O_RDONLY, CurrentProcess().incarnation};
  return fd;
}

// The name as glibc looks it up: one slash, then 1 to 255 characters without any. False if it is
// none.
bool Canonical(const char* name, char (&canonical)[256 + 1]) {
  while (*name == '/') ++name;
  const size_t length = std::strlen(name);
  if (length == 0 || length > 254 || std::strchr(name, '/') != nullptr) return false;
  if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) return false;
  canonical[0] = '/';
  std::memcpy(canonical + 1, name, length + 1);
  return true;
}

Object* Find(const char* name) {
  SharedState& state = State();
  for (uint32_t i = 0; i < state.object_count; ++i) {
    Object& object = state.objects[i];
    if (object.linked && std::strcmp(object.name, name) == 0) return &object;
  }
  return nullptr;
}

// Whether any process could still reach it.
bool IsReachable(uint16_t id) {
  const SharedState& state = State();
  const World& w = world();
  if (state.objects[id - 1].linked) return true;
  for (uint32_t process = 0; process < w.process_count; ++process) {
    if (!w.processes[process].alive) continue;
    for (const Descriptor& descriptor : state.descriptors[process]) {
      if (descriptor.object == id && descriptor.incarnation == w.processes[process].incarnation) {
        return true;
      }
    }
  }
  for (uint32_t i = 0; i < state.mapping_count; ++i) {
    if (state.mappings[i].object == id && IsAlive(state.mappings[i])) return true;
  }
  return false;
}

// An entry for a new object, all zero but for its memory: one page. Null when there is no room.
Object* NewObject() {
  SharedState& state = State();
  uint32_t index = state.object_count;
  if (index == kMaxSharedObjects) {
    for (index = 0; index < kMaxSharedObjects; ++index) {
      if (!IsReachable(static_cast<uint16_t>(index + 1))) break;
    }
    if (index == kMaxSharedObjects) return nullptr;
  } else {
    ++state.object_count;
  }
  Object& object = state.objects[index];
  std::memset(static_cast<void*>(&object), 0, sizeof object);
  if (state.pool_used + kPage > kSharedBytes) return nullptr;
  object.pool_offset = state.pool_used;
  object.capacity = kPage;
  state.pool_used += kPage;
  SharedBytesOf(object, kOwnWindow);
  return &object;
}

void SetName(Object& object) {
  object.name_hash = PathHash(object.name);
  if (g_run.observer != nullptr) RememberName(object.name_hash, object.name);
}

// Its address in weir's own window stands for the object at scheduling points.
const void* Represent(const Object* object) {
  return object == nullptr ? nullptr : SharedBytesOf(*object, kOwnWindow);
}

int Resize(Object& object, uint64_t size) {
  if (size > kSharedBytes || !ReserveShared(object, size)) return Fail(ENOSPC);
  // What is cut off reads as zero when the object grows again.
  if (size < object.size)
    std::memset(SharedBytesOf(object, kOwnWindow) + size, 0, object.size - size);
  object.size = size;
  const auto id = static_cast<uint16_t>(&object - State().objects + 1);
  for (uint32_t i = 0; i < State().mapping_count; ++i) {
    const SharedState::Mapping& mapping = State().mappings[i];
    if (mapping.object == id && IsAlive(mapping)) ProtectBeyondEnd(object, mapping);
  }
  return Finish(0);
}

int OpenShared(const char* name, int flags) {
  char canonical[256 + 1];
  if (!Canonical(name, canonical)) return Fail(EINVAL);
  Object* object = Find(canonical);
  SchedulePoint(Op::kShmOpen, Represent(object));
  if (const int error = FailedCall(Op::kShmOpen, Represent(object), {EMFILE, ENFILE, ENOMEM}))
    return Fail(error);
  object = Find(canonical);  // as it is now
  if (object == nullptr) {
    if ((flags & O_CREAT) == 0) return Fail(ENOENT);
    object = NewObject();
    if (object == nullptr) return Fail(ENOSPC);
    std::memcpy(object->name, canonical, std::strlen(canonical) + 1);
    object->linked = true;
    SetName(*object);
  } else if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
    return Fail(EEXIST);
  }
  const int access = flags & O_ACCMODE;
  const int fd = Open(*object, access);
  if (fd < 0) return Fail(EMFILE);
  if ((flags & O_TRUNC) != 0 && access != O_RDONLY && Resize(*object, 0) != 0) return -1;
  return Finish(fd);
}

int CreateAnonymous() {
  SchedulePoint(Op::kShmOpen, nullptr);
  if (const int error = FailedCall(Op::kShmOpen, nullptr, {EMFILE, ENFILE, ENOMEM}))
    return Fail(error);
  Object* const object = NewObject();
  if (object == nullptr) return Fail(ENOMEM);
  const Thread& thread = CurrentThread();
  object->creator = thread.uid + 1;
  uint32_t number = 0;
  for (uint32_t i = 0; i < State().object_count; ++i) {
    const Object& other = State().objects[i];
    if (other.creator == object->creator && other.number > number) number = other.number;
  }
  object->number = number + 1;
  std::snprintf(object->name, sizeof object->name, "%s:%u", thread.path, object->number);
  SetName(*object);
  const int fd = Open(*object, O_RDWR);
  return fd < 0 ? Fail(EMFILE) : Finish(fd);
}

}  // namespace

const Descriptor* DescriptorOf(int fd) {
  if (fd < 0 || fd >= kMaxDescriptors || !IsOpen(Row()[fd])) return nullptr;
  return &Row()[fd];
}

Object& ObjectOf(const Descriptor& descriptor) { return State().objects[descriptor.object - 1]; }

bool IsAlive(const SharedState::Mapping& mapping) {
  const Process& process = world().processes[mapping.process];
  return mapping.object != 0 && process.alive && process.incarnation == mapping.incarnation;
}

}  // namespace weir::sim

using namespace weir::sim;  // NOLINT: the definitions below are C's

extern "C" {

int shm_open(const char* name, int flags, mode_t mode) {
  if (InHost()) return WEIR_REAL(shm_open)(name, flags, mode);
  RefuseInLoadMode("shm_open");
  return OpenShared(name, flags);
}

int shm_unlink(const char* name) {
  if (InHost()) return WEIR_REAL(shm_unlink)(name);
  RefuseInLoadMode("shm_unlink");
  char canonical[256 + 1];
  if (!Canonical(name, canonical)) return Fail(ENOENT);
  SchedulePoint(Op::kShmUnlink, Represent(Find(canonical)));
  Object* const object = Find(canonical);
  if (object == nullptr) return Fail(ENOENT);
  object->linked = false;
  return Finish(0);
}

int memfd_create(const char* name, unsigned flags) noexcept {
  if (InHost()) return WEIR_REAL(memfd_create)(name, flags);
  RefuseInLoadMode("memfd_create");
  if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) != 0) return Fail(EINVAL);
  if (std::strlen(name) > kLongestMemfdName) return Fail(EINVAL);
  return CreateAnonymous();
}

int ftruncate(int fd, off_t size) noexcept {
  if (InHost()) return WEIR_REAL(ftruncate)(fd, size);
  RefuseInLoadMode("ftruncate");
  const Descriptor* const descriptor = DescriptorOf(fd);
  SchedulePoint(Op::kTruncate, descriptor != nullptr ? Represent(&ObjectOf(*descriptor)) : nullptr);
  if (size < 0) return Fail(EINVAL);
  if (descriptor == nullptr || !IsOpen(*descriptor)) return Fail(EBADF);
  if (!descriptor->writable) return Fail(EINVAL);
  Object& object = ObjectOf(*descriptor);
  if (const int error = FailedCall(Op::kTruncate, Represent(&object), {EINTR, EIO, ENOSPC}))
    return Fail(error);
  return Resize(object, static_cast<uint64_t>(size));
}

int fstat(int fd, struct stat* status) noexcept {
  if (InHost()) return WEIR_REAL(fstat)(fd, status);
  RefuseInLoadMode("fstat");
  const Descriptor* const descriptor = DescriptorOf(fd);
  if (descriptor == nullptr) return Fail(EBADF);
  const Object& object = ObjectOf(*descriptor);
  LookPoint(Op::kFileStatus, Represent(&object));
  std::memset(status, 0, sizeof *status);
  status->st_mode = S_IFREG | S_IRUSR | S_IWUSR;
  status->st_nlink = object.linked ? 1 : 0;
  status->st_blksize = kPage;
  status->st_size = static_cast<off_t>(object.size);
  Looked(Represent(&object), object.size);
  return 0;
}

int close(int fd) {
  if (InHost()) return WEIR_REAL(close)(fd);
  RefuseInLoadMode("close");
  const Descriptor* const descriptor = DescriptorOf(fd);
  SchedulePoint(Op::kClose, descriptor != nullptr ? Represent(&ObjectOf(*descriptor)) : nullptr);
  if (DescriptorOf(fd) == nullptr) return Fail(EBADF);
  Row()[fd].object = 0;
  return Finish(0);
}

int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }
int fstat64(int fd, struct stat64* status) noexcept {
  return fstat(fd, reinterpret_cast<struct stat*>(status));
}

}  // extern "C"
