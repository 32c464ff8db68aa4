#include "sim/view/story.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/view/grid.h"

namespace weir::sim {
namespace {

// An object with a name longer than this is a letter in the table.
constexpr size_t kLongestObject = 14;

bool SameDeed(const StoryEvent& a, const StoryEvent& b) {
  return a.thread == b.thread && a.what == b.what && a.object == b.object && a.place == b.place &&
         a.result == b.result && a.edit.empty() && b.edit.empty() && a.note.empty();
}

// Folds what a thread did several times in a row into one event, the last one.
std::vector<StoryEvent> Fold(const std::vector<StoryEvent>& events) {
  std::vector<StoryEvent> folded;
  for (const StoryEvent& event : events) {
    if (!folded.empty() && SameDeed(folded.back(), event)) {
      const uint64_t times = folded.back().times + event.times;
      folded.back() = event;
      folded.back().times = times;
    } else {
      folded.push_back(event);
    }
  }
  return folded;
}

// Which events are told.
std::vector<bool> Select(const std::vector<StoryEvent>& events, const StoryOptions& options) {
  std::vector<bool> told(events.size(), false);
  std::map<size_t, size_t> seen;  // per thread
  size_t edits = 0;
  for (size_t i = events.size(); i-- > 0;) {
    if (seen[events[i].thread]++ < options.last) told[i] = true;
    if (events[i].edit.empty() || edits++ >= options.most_edits) continue;
    const size_t first = i - std::min(i, options.around_edits);
    const size_t last = std::min(i + options.around_edits, events.size() - 1);
    std::fill(told.begin() + first, told.begin() + last + 1, true);
  }
  return told;
}

// The threads that get a column: the failed one, then those that did something told most recently;
// in the story's order.
std::vector<size_t> Columns(const Story& story, const std::vector<StoryEvent>& events,
                            const std::vector<bool>& told, size_t most) {
  std::vector<size_t> chosen;
  const auto choose = [&](size_t thread) {
    if (thread >= story.threads.size() || chosen.size() >= most) return;
    if (std::find(chosen.begin(), chosen.end(), thread) == chosen.end()) chosen.push_back(thread);
  };
  choose(story.failed_thread);
  for (size_t i = events.size(); i-- > 0;) {
    if (told[i]) choose(events[i].thread);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

// "fence.so+0x4030 (queue)" has the name queue in the source.
std::string SourceName(const std::string& object) {
  if (!object.ends_with(')')) return "";
  const size_t open = object.rfind(" (");
  return open == std::string::npos ? "" : object.substr(open + 2, object.size() - open - 3);
}

// Short labels for objects, and what they stand for.
class Labels {
 public:
  std::string For(const std::string& object) {
    if (object.empty() || TextWidth(object) <= kLongestObject) return object;
    const auto [place, fresh] = labels_.try_emplace(object);
    if (fresh) {
      place->second = SourceName(object);
      if (place->second.empty()) place->second = Letter(letters_++);
      legend_.push_back(absl::StrCat("  ", place->second, " = ", object));
    }
    return place->second;
  }
  std::string Legend() const { return legend_.empty() ? "" : absl::StrJoin(legend_, "\n") + "\n"; }

 private:
  // A … Z, A1 … Z1, …
  static std::string Letter(size_t number) {
    std::string letter(1, static_cast<char>('A' + number % 26));
    if (number >= 26) absl::StrAppend(&letter, number / 26);
    return letter;
  }
  std::map<std::string, std::string> labels_;
  std::vector<std::string> legend_;
  size_t letters_ = 0;
};

std::string CellText(const StoryEvent& event, Labels& labels) {
  std::string text = event.what;
  if (const std::string label = labels.For(event.object); !label.empty()) {
    absl::StrAppend(&text, " ", label);
  }
  if (!event.result.empty()) absl::StrAppend(&text, " → ", event.result);
  if (event.times > 1) absl::StrAppend(&text, " ×", event.times);
  if (!event.place.empty()) absl::StrAppend(&text, " ", event.place);
  if (!event.note.empty()) absl::StrAppend(&text, " … ", event.note);
  return text;
}

void AddEvent(Grid& grid, const StoryEvent& event, size_t column, bool failed, Labels& labels) {
  std::vector<std::string> cells(column + 3);
  cells[0] = absl::StrCat(event.edit.empty() ? "" : "*", event.step);
  cells[1] = TimeText(event.time_ns);
  cells[column + 2] = CellText(event, labels);
  if (failed) absl::StrAppend(&cells[column + 2], " ✗");
  grid.AddRow(std::move(cells));
  if (!event.edit.empty()) grid.AddLine(absl::StrCat("  * weir: ", event.edit));
}

}  // namespace

std::string TimeText(uint64_t ns) {
  char text[32];
  const double value = static_cast<double>(ns);
  if (ns < 10'000) {
    std::snprintf(text, sizeof(text), "%u ns", static_cast<unsigned>(ns));
  } else if (ns < 10'000'000) {
    std::snprintf(text, sizeof(text), "%.1f µs", value / 1e3);
  } else if (ns < 10'000'000'000) {
    std::snprintf(text, sizeof(text), "%.3f ms", value / 1e6);
  } else {
    std::snprintf(text, sizeof(text), "%.3f s", value / 1e9);
  }
  return text;
}

std::string StoryTable(const Story& story, const StoryOptions& options) {
  const std::vector<StoryEvent> events = Fold(story.events);
  const std::vector<bool> told = Select(events, options);
  const std::vector<size_t> columns = Columns(story, events, told, options.most_threads);

  std::vector<std::string> heads = {"point", "time"};
  for (const size_t thread : columns) heads.push_back(story.threads[thread]);
  Grid grid(heads, options.width);
  Labels labels;
  uint64_t left_out = 0;
  size_t others = 0;
  std::map<size_t, bool> other_threads;
  const auto tell_gap = [&] {
    if (left_out > 0)
      grid.AddLine(absl::StrCat("  ⋮ ", left_out, left_out == 1 ? " point" : " points"));
    left_out = 0;
  };
  for (size_t i = 0; i < events.size(); ++i) {
    const auto column = std::find(columns.begin(), columns.end(), events[i].thread);
    if (!told[i] || column == columns.end()) {
      left_out += events[i].times;
      if (column == columns.end() && !other_threads[events[i].thread]) {
        other_threads[events[i].thread] = true;
        ++others;
      }
      continue;
    }
    tell_gap();
    const bool failed = i + 1 == events.size() && events[i].thread == story.failed_thread;
    AddEvent(grid, events[i], static_cast<size_t>(column - columns.begin()), failed, labels);
  }
  tell_gap();
  std::string text = grid.Text();
  if (others > 0) absl::StrAppend(&text, "  (", others, " more threads are not shown)\n");
  return text + labels.Legend();
}

}  // namespace weir::sim
