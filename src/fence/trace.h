// The structured log: one line for each observer and sender that a barrier looks at, at every
// evaluation, so that what has been drained can be laid beside the iterations.
//
// Built in with the CMake option FENCE_TRACE (TEXT or JSON); without it nothing of this is called.

#ifndef FENCE_TRACE_H_
#define FENCE_TRACE_H_

#include <cstdint>
#include <string>

#include "fence/drain.h"

namespace fence {

struct TraceRecord {
  uint64_t round = 0;
  std::string name;
  Target target;
  Observed observed;
  int64_t backlog_before = 0;  // messages that the observer had still to handle at the last look
  int64_t backlog_after = 0;   // and has now; negative: it was past the stamp
};

// [barrier] iteration=3 name=frame process=1 sender=2 backlog_before=8 backlog_after=5 drained=3
// epoch=2 baseline=17 delta=8 observed=20 armed=1
std::string ToTraceText(const TraceRecord& record);
// The same as one JSON object.
std::string ToTraceJson(const TraceRecord& record);

// Messages between what the observer has handled and the stamp; 0 while it cannot be told (another
// epoch, no reader).
int64_t BacklogOf(const Target& target, const Observed& observed);

// Writes a line to standard error, in one piece. FENCE_TRACE says in which form.
void WriteTrace(const TraceRecord& record);

}  // namespace fence

#endif  // FENCE_TRACE_H_
