#include "fence/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fence {
namespace {

constexpr uint64_t kMagic =
    0x31656e6563'6e6566;  // an arbitrary number that says "fence", and not zero
// 2: leases. 3: the header has a checksum; where the calls are. 4: who removes the name.
constexpr uint64_t kVersion = 4;

// Limits that keep every size far from overflow. The cells are a square, hence the limit on
// incarnations.
constexpr uint32_t kMaxIncarnations = 4096;
constexpr uint32_t kMaxRingMessages = 1 << 20;
constexpr uint32_t kMaxMessageBytes = 1 << 20;

// FNV-1a, a number at a time. One that differs makes the result differ: each step can be undone.
constexpr uint64_t kHashOfNothing = 0xcbf29ce484222325;
constexpr uint64_t Mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x100000001b3; }

// Differs whenever two builds would disagree about where something lies.
constexpr uint64_t Fingerprint() {
  uint64_t hash = kHashOfNothing;
  for (const uint64_t value : {sizeof(SegmentHeader),
                               offsetof(SegmentHeader, facts),
                               offsetof(SegmentFacts, lease_ns),
                               offsetof(SegmentFacts, geometry),
                               sizeof(Control),
                               offsetof(Control, removed),
                               offsetof(Control, roster_changes),
                               offsetof(Control, coordinator),
                               offsetof(Control, watching),
                               offsetof(Control, roster),
                               offsetof(Control, replies),
                               sizeof(MemberRecord),
                               offsetof(MemberRecord, name),
                               offsetof(MemberRecord, heartbeat),
                               sizeof(RingHeader),
                               offsetof(RingHeader, published),
                               offsetof(RingHeader, messages),
                               offsetof(RingHeader, blocked),
                               offsetof(RingHeader, room),
                               offsetof(RingHeader, room_from),
                               offsetof(RingHeader, calls_from),
                               offsetof(RingHeader, calls_end),
                               sizeof(Cell),
                               offsetof(Cell, epoch),
                               offsetof(Cell, sequence),
                               sizeof(Envelope),
                               SlotBytes(1)}) {
    hash = Mix(hash, value);
  }
  return hash;
}

// Of all fields but itself.
uint64_t Checksum(const SegmentFacts& facts) {
  uint64_t hash = kHashOfNothing;
  for (const uint64_t value :
       {facts.version, facts.fingerprint, facts.total_bytes, static_cast<uint64_t>(facts.lease_ns),
        uint64_t{facts.geometry.slots}, uint64_t{facts.geometry.incarnations},
        uint64_t{facts.geometry.ring_messages}, uint64_t{facts.geometry.message_bytes}}) {
    hash = Mix(hash, value);
  }
  return hash;
}

absl::Status SystemError(const std::string& what) {
  const int error = errno;
  const std::string text = absl::StrCat(what, ": ", strerror(error));
  if (error == EEXIST) return absl::AlreadyExistsError(text);
  if (error == ENOENT) return absl::NotFoundError(text);
  if (error == EACCES) return absl::PermissionDeniedError(text);
  if (error == ENOMEM || error == ENOSPC || error == EMFILE || error == ENFILE || error == EAGAIN)
    return absl::ResourceExhaustedError(text);
  return absl::InternalError(text);
}

absl::StatusOr<std::string> ShmName(const std::string& group) {
  if (group.empty() || group.size() > 200 ||
      group.find_first_of(std::string("/\0", 2)) != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("group name \"", group, "\": expected 1 to 200 characters without '/'"));
  }
  return absl::StrCat("/fence.", group);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

// False with errno. A signal is no reason to give up.
bool Resize(const FileDescriptor& fd, size_t bytes) {
  int rc;
  do {
    rc = ftruncate(fd.get(), static_cast<off_t>(bytes));
  } while (rc != 0 && errno == EINTR);
  return rc == 0;
}

absl::StatusOr<std::byte*> Map(const FileDescriptor& fd, size_t bytes, const std::string& name) {
  void* const base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (base == MAP_FAILED) return SystemError(absl::StrCat("mmap of ", bytes, " bytes of ", name));
  return static_cast<std::byte*>(base);
}

absl::Status ValidateLease(int64_t lease_ns) {
  constexpr int64_t kShortest = 1'000'000;
  constexpr int64_t kLongest = int64_t{86'400} * 1'000'000'000;
  if (lease_ns == std::chrono::nanoseconds::max().count() ||
      (lease_ns >= kShortest && lease_ns <= kLongest)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("lease: expected 1 ms to a day, or none, got ", lease_ns, " ns"));
}

// Whether facts found in a file of `bytes` are those of a segment of this build, of the size that
// its own geometry asks for. What a field alone gives away is said of the field.
absl::Status Check(const SegmentFacts& facts, size_t bytes, const std::string& name) {
  if (facts.version != kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, ": version: expected ", kVersion, ", got ", facts.version));
  }
  if (facts.fingerprint != Fingerprint()) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, ": fingerprint: made by a build with another layout"));
  }
  for (const absl::Status& status : {Validate(facts.geometry), ValidateLease(facts.lease_ns)}) {
    if (!status.ok()) {
      return absl::DataLossError(absl::StrCat(name, ": ", std::string(status.message())));
    }
  }
  const size_t expected = SegmentOffsets(facts.geometry).end;
  if (facts.total_bytes != expected || bytes != expected) {
    return absl::DataLossError(absl::StrCat(name, ": total_bytes: the geometry needs ", expected,
                                            ", the header says ", facts.total_bytes,
                                            ", the file has ", bytes));
  }
  if (facts.checksum != Checksum(facts)) {
    return absl::DataLossError(absl::StrCat(name, ": checksum: the header has been damaged"));
  }
  return absl::OkStatus();
}

// The header's facts, once its creator has finished it. A copy: what is checked cannot change
// between the check and the use.
absl::StatusOr<SegmentFacts> ReadFacts(const SegmentHeader& header, const std::string& name) {
  const uint64_t magic = header.magic.load(std::memory_order_acquire);
  if (magic == 0) return absl::UnavailableError(absl::StrCat(name, ": not initialised yet"));
  if (magic != kMagic) {
    return absl::FailedPreconditionError(absl::StrCat(name, ": magic: not a fence segment"));
  }
  return header.facts;
}

absl::Status OutOfRange(const char* field, uint32_t value, const std::string& expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("geometry.", field, ": expected ", expected, ", got ", value));
}

}  // namespace

absl::Status Validate(const Geometry& geometry) {
  const auto& [slots, incarnations, ring_messages, message_bytes] = geometry;
  if (incarnations < 1 || incarnations > kMaxIncarnations) {
    return OutOfRange("incarnations", incarnations, absl::StrCat("1 to ", kMaxIncarnations));
  }
  if (slots < 1 || slots > incarnations) {
    return OutOfRange("slots", slots, absl::StrCat("1 to ", incarnations, " (the incarnations)"));
  }
  if (!std::has_single_bit(ring_messages) || ring_messages < 2 ||
      ring_messages > kMaxRingMessages) {
    return OutOfRange("ring_messages", ring_messages,
                      absl::StrCat("a power of two from 2 to ", kMaxRingMessages));
  }
  if (message_bytes % 8 != 0 || message_bytes < kMinMessageBytes ||
      message_bytes > kMaxMessageBytes) {
    return OutOfRange(
        "message_bytes", message_bytes,
        absl::StrCat("a multiple of 8 from ", kMinMessageBytes, " to ", kMaxMessageBytes));
  }
  return absl::OkStatus();
}

SegmentOffsets::SegmentOffsets(const Geometry& geometry) {
  const size_t n = geometry.incarnations;
  slots_stride = RoundUp(geometry.ring_messages * SlotBytes(geometry.message_bytes), kApart);
  control = RoundUp(sizeof(SegmentHeader), kApart);
  records = control + sizeof(Control);
  reply_header = records + n * sizeof(MemberRecord);
  reply_cells = reply_header + sizeof(RingHeader);
  headers = reply_cells + n * sizeof(Cell);
  scans = headers + n * sizeof(RingHeader);
  cells = scans + n * sizeof(Cell);
  reply_slots = cells + n * n * sizeof(Cell);
  slots = reply_slots + slots_stride;
  end = slots + n * slots_stride;
}

absl::StatusOr<Segment> Segment::Create(const std::string& group, const Geometry& geometry,
                                        std::chrono::nanoseconds lease) {
  if (absl::Status status = Validate(geometry); !status.ok()) return status;
  if (absl::Status status = ValidateLease(lease.count()); !status.ok()) return status;
  const absl::StatusOr<std::string> name = ShmName(group);
  if (!name.ok()) return name.status();
  const FileDescriptor fd(shm_open(name->c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (!fd.ok()) return SystemError(absl::StrCat("create ", *name));

  const size_t bytes = SegmentOffsets(geometry).end;
  absl::StatusOr<std::byte*> base =
      Resize(fd, bytes) ? Map(fd, bytes, *name)
                        : SystemError(absl::StrCat("ftruncate ", *name, " to ", bytes, " bytes"));
  if (!base.ok()) {
    shm_unlink(name->c_str());
    return base.status();
  }
  auto* const header = reinterpret_cast<SegmentHeader*>(*base);
  header->facts = {.version = kVersion,
                   .fingerprint = Fingerprint(),
                   .total_bytes = bytes,
                   .lease_ns = lease.count(),
                   .geometry = geometry,
                   .checksum = 0};
  header->facts.checksum = Checksum(header->facts);
  // The first record is the creator's; nobody can claim it in the moment after the next line.
  reinterpret_cast<Control*>(*base + SegmentOffsets(geometry).control)->claimed.store(1);
  header->magic.store(kMagic, std::memory_order_release);
  return Segment(*base, geometry, lease);
}

absl::StatusOr<Segment> Segment::Attach(const std::string& group) {
  const absl::StatusOr<std::string> name = ShmName(group);
  if (!name.ok()) return name.status();
  const FileDescriptor fd(shm_open(name->c_str(), O_RDWR | O_CLOEXEC, 0));
  if (!fd.ok()) return SystemError(absl::StrCat("open ", *name));

  // Memory beyond the end of the file faults, so the size comes from the file and not from the
  // header.
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return SystemError(absl::StrCat("fstat ", *name));
  const size_t bytes = static_cast<size_t>(info.st_size);
  if (bytes == 0) return absl::UnavailableError(absl::StrCat(*name, ": not sized yet"));
  if (bytes < sizeof(SegmentHeader)) {
    return absl::DataLossError(absl::StrCat(*name, ": ", bytes, " bytes, too short for a header"));
  }
  const absl::StatusOr<std::byte*> base = Map(fd, bytes, *name);
  if (!base.ok()) return base.status();
  const absl::StatusOr<SegmentFacts> facts =
      ReadFacts(*reinterpret_cast<const SegmentHeader*>(*base), *name);
  const absl::Status status = facts.ok() ? Check(*facts, bytes, *name) : facts.status();
  if (!status.ok()) {
    munmap(*base, bytes);
    return status;
  }
  return Segment(*base, facts->geometry, std::chrono::nanoseconds(facts->lease_ns));
}

absl::Status Segment::Unlink(const std::string& group) {
  const absl::StatusOr<std::string> name = ShmName(group);
  if (!name.ok()) return name.status();
  if (shm_unlink(name->c_str()) != 0) return SystemError(absl::StrCat("unlink ", *name));
  return absl::OkStatus();
}

void Segment::Announce() const {
  control().roster.RingForEnd();
  control().replies.RingForEnd();
  const uint32_t claimed =
      std::min(control().claimed.load(std::memory_order_seq_cst), geometry_.incarnations);
  for (uint32_t member = 1; member <= claimed; ++member) {
    request_ring(member).header->room.RingForEnd();
  }
}

bool Segment::StopGroup() const {
  const bool first = control().stopped.exchange(1, std::memory_order_seq_cst) == 0;
  control().coordinator.RingForEnd();
  Announce();
  return first;
}

bool Segment::MayRemoveName() const {
  return control().removed.exchange(1, std::memory_order_seq_cst) == 0;
}

Segment::Segment(std::byte* base, const Geometry& geometry, std::chrono::nanoseconds lease)
    : base_(base), geometry_(geometry), lease_(lease), at_(geometry) {}

Segment::Segment(Segment&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      geometry_(other.geometry_),
      lease_(other.lease_),
      at_(other.at_) {}

Segment::~Segment() {
  if (base_ != nullptr) munmap(base_, at_.end);
}

Control& Segment::control() const { return *At<Control>(at_.control); }

MemberRecord& Segment::record(Incarnation member) const {
  return At<MemberRecord>(at_.records)[member - 1];
}

RingView Segment::request_ring(Incarnation writer) const {
  const size_t i = writer - 1;
  RingView ring =
      View(At<RingHeader>(at_.headers) + i, At<Cell>(at_.cells) + i * geometry_.incarnations,
           base_ + at_.slots + i * at_.slots_stride);
  ring.scan = &scan(writer);
  ring.room = &ring.header->room;
  return ring;
}

RingView Segment::reply_ring() const {
  RingView ring =
      View(At<RingHeader>(at_.reply_header), At<Cell>(at_.reply_cells), base_ + at_.reply_slots);
  ring.room = &control().coordinator;  // the coordinator has one bell for all that it waits for
  return ring;
}

Cell& Segment::progress(Incarnation observer, Incarnation sender) const {
  return At<Cell>(at_.cells)[size_t{sender - 1} * geometry_.incarnations + (observer - 1)];
}

Cell& Segment::scan(Incarnation sender) const { return At<Cell>(at_.scans)[sender - 1]; }

Cell& Segment::reply_cell(Incarnation member) const {
  return At<Cell>(at_.reply_cells)[member - 1];
}

RingView Segment::View(RingHeader* header, Cell* cells, std::byte* slots) const {
  RingView ring;
  ring.header = header;
  ring.cells = cells;
  ring.slots = slots;
  ring.records = &record(1);
  ring.claimed = &control().claimed;
  ring.incarnations = geometry_.incarnations;
  ring.capacity = geometry_.ring_messages;
  ring.message_bytes = geometry_.message_bytes;
  return ring;
}

}  // namespace fence
