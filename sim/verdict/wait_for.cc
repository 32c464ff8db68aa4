#include "sim/verdict/wait_for.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weir::sim {
namespace {

enum class Colour : char { kWhite, kGrey, kBlack };

bool IsStuck(const Waiter& waiter) { return !waiter.runnable && !waiter.deadline_ns; }

// Depth-first search; `path` holds the grey nodes. True when a cycle closed, which is then the end
// of `path` from `closing` on.
bool Visit(const std::vector<Waiter>& waiters, size_t node, std::vector<Colour>& colours,
           std::vector<size_t>& path, size_t& closing) {
  colours[node] = Colour::kGrey;
  path.push_back(node);
  if (IsStuck(waiters[node])) {
    for (const size_t next : waiters[node].waits_for) {
      if (next >= waiters.size() || colours[next] == Colour::kBlack) continue;
      if (colours[next] == Colour::kGrey) {
        closing = next;
        return true;
      }
      if (Visit(waiters, next, colours, path, closing)) return true;
    }
  }
  colours[node] = Colour::kBlack;
  path.pop_back();
  return false;
}

std::string Line(const std::vector<Waiter>& waiters, const Waiter& waiter, bool stuck) {
  if (waiter.failed) {
    return absl::StrCat(waiter.name, " failed",
                        waiter.place.empty() ? "" : absl::StrCat(", at ", waiter.place));
  }
  if (waiter.runnable) {
    std::string line = absl::StrCat(waiter.name, " can run");
    if (waiter.op != Op::kNone) absl::StrAppend(&line, ", at ", std::string(OpName(waiter.op)));
    if (!waiter.place.empty()) absl::StrAppend(&line, " (", waiter.place, ")");
    return line;
  }
  std::string line = absl::StrCat(waiter.name, " waits in ", std::string(OpName(waiter.op)));
  if (!waiter.object.empty()) absl::StrAppend(&line, " on ", waiter.object);
  if (!waiter.place.empty()) absl::StrAppend(&line, " (", waiter.place, ")");
  std::vector<std::string> names;
  for (const size_t other : waiter.waits_for) {
    if (other < waiters.size()) names.push_back(waiters[other].name);
  }
  if (!names.empty()) absl::StrAppend(&line, " for ", absl::StrJoin(names, ", "));
  if (waiter.deadline_ns) {
    absl::StrAppend(&line, ", until ", *waiter.deadline_ns / 1'000, " µs of virtual time");
  } else if (stuck && names.empty()) {
    absl::StrAppend(&line, "; nobody is left to wake it");
  }
  return line;
}

}  // namespace

std::vector<size_t> FindCycle(const std::vector<Waiter>& waiters) {
  std::vector<Colour> colours(waiters.size(), Colour::kWhite);
  std::vector<size_t> path;
  for (size_t node = 0; node < waiters.size(); ++node) {
    size_t closing = 0;
    if (colours[node] == Colour::kWhite && Visit(waiters, node, colours, path, closing)) {
      return std::vector<size_t>(std::find(path.begin(), path.end(), closing), path.end());
    }
  }
  return {};
}

std::string WaitForText(const std::vector<Waiter>& waiters, bool stuck, size_t most) {
  const std::vector<size_t> cycle = FindCycle(waiters);
  std::vector<size_t> order = cycle;
  for (const bool runnable : {false, true}) {
    for (size_t i = 0; i < waiters.size(); ++i) {
      if (waiters[i].runnable != runnable) continue;
      if (std::find(cycle.begin(), cycle.end(), i) == cycle.end()) order.push_back(i);
    }
  }
  std::string text;
  const size_t shown = std::min(order.size(), std::max(most, cycle.size()));
  for (size_t i = 0; i < shown; ++i)
    absl::StrAppend(&text, Line(waiters, waiters[order[i]], stuck), "\n");
  if (shown < order.size()) absl::StrAppend(&text, "… ", order.size() - shown, " more\n");
  if (!cycle.empty()) {
    absl::StrAppend(&text, "cycle: ");
    for (const size_t i : cycle) absl::StrAppend(&text, waiters[i].name, " → ");
    absl::StrAppend(&text, waiters[cycle.front()].name, "\n");
  }
  return text;
}

}  // namespace weir::sim
