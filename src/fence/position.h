// A place in a stream of messages, and the only arithmetic on it.
//
// A sequence counts published messages modulo 2^64 from a first value that the writer chose, so it
// may wrap at any time and its size says nothing. An epoch names one incarnation of a writer: a new
// incarnation starts a new stream, whose sequence may start lower or higher than the old one ended.
// Nothing outside this file subtracts or orders counters.

#ifndef FENCE_POSITION_H_
#define FENCE_POSITION_H_

#include <cstdint>
#include <optional>
#include <string>

namespace fence {

struct Position {
  uint64_t epoch = 0;     // the writer's incarnation; 0 is no writer's
  uint64_t sequence = 0;  // the next message: everything before it lies behind this position

  friend bool operator==(const Position&, const Position&) = default;
};

// Signed distance in messages from one sequence to another of the same epoch: negative when `to`
// lies behind `from`. Exact while the two are less than 2^63 apart, across the wrap at 2^64.
int64_t SequenceDistance(uint64_t from, uint64_t to);

// The same for positions. Of two positions in different epochs there is no distance, and the result
// is nullopt.
std::optional<int64_t> Distance(Position from, Position to);

// "epoch:sequence", for messages to people.
std::string ToString(Position position);

}  // namespace fence

#endif  // FENCE_POSITION_H_
