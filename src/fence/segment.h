// The shared memory of one group: created by its coordinator, attached by its members, checked
// before it is believed.

#ifndef FENCE_SEGMENT_H_
#define FENCE_SEGMENT_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fence/layout.h"
#include "fence/ring.h"

namespace fence {

// ok when a segment can be made so: powers of two where they must be, sizes within their limits.
absl::Status Validate(const Geometry& geometry);

// Where each part lies, in bytes from the start, in this order.
struct SegmentOffsets {
  explicit SegmentOffsets(const Geometry& geometry);

  size_t control, records;
  size_t reply_header, reply_cells;
  size_t headers, scans, cells;  // of the request rings
  size_t reply_slots, slots, slots_stride;
  size_t end;
};

// A mapping of the segment. Moving keeps its addresses. Destroying it unmaps; the name stays until
// `Unlink`.
class Segment {
 public:
  // Makes a new segment under the POSIX shared-memory name "/fence.<group>". AlreadyExists when
  // there is one, even if whoever made it has died: it is never reused silently.
  // `lease` is from 1 ms to a day, or max() for none.
  static absl::StatusOr<Segment> Create(
      const std::string& group, const Geometry& geometry,
      std::chrono::nanoseconds lease = std::chrono::nanoseconds::max());

  // Maps an existing one. NotFound when there is none, Unavailable when its creator has not
  // finished it yet, FailedPrecondition when it is not one of ours or was made by another version,
  // DataLoss when its sizes lie.
  static absl::StatusOr<Segment> Attach(const std::string& group);

  // Wakes all whose wait may be over because somebody has come or gone.
  void Announce() const;

  // Declares the group stopped, and wakes all who wait, also if it was declared before: who did so
  // may have died before it woke anybody. True for the first.
  bool StopGroup() const;

  // True for one of all that ask: the name is its to remove.
  bool MayRemoveName() const;

  // Removes the name; the memory goes with its last mapping.
  static absl::Status Unlink(const std::string& group);

  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&&) = delete;
  ~Segment();

  const Geometry& geometry() const { return geometry_; }
  std::chrono::nanoseconds lease() const { return lease_; }
  Control& control() const;
  MemberRecord& record(Incarnation member) const;

  // The ring that `writer` fills, and the one that the coordinator fills with replies.
  RingView request_ring(Incarnation writer) const;
  RingView reply_ring() const;

  // How far `observer` has come in `sender`'s request ring; and how far the coordinator has looked
  // there for calls.
  Cell& progress(Incarnation observer, Incarnation sender) const;
  Cell& scan(Incarnation sender) const;
  Cell& reply_cell(Incarnation member) const;

 private:
  Segment(std::byte* base, const Geometry& geometry, std::chrono::nanoseconds lease);

  template <typename T>
  T* At(size_t offset) const {
    return reinterpret_cast<T*>(base_ + offset);
  }
  RingView View(RingHeader* header, Cell* cells, std::byte* slots) const;

  std::byte* base_;
  const Geometry geometry_;  // a copy: what was checked cannot change afterwards
  const std::chrono::nanoseconds lease_;
  const SegmentOffsets at_;
};

}  // namespace fence

#endif  // FENCE_SEGMENT_H_
