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
         a.result == b.result && a.edit.empty() && b.edit.empty() && a.note.empty() && !b.fails;
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

// The threads that weir interrupted, those that it let run, and the one that failed.
std::vector<bool> Deciders(const Story& story, const std::vector<StoryEvent>& events) {
  std::vector<bool> deciders(story.threads.size(), false);
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].fails) deciders[events[i].thread] = true;
    if (events[i].edit.empty()) continue;
    deciders[events[i].thread] = true;
    if (i + 1 < events.size()) deciders[events[i + 1].thread] = true;
  }
  return deciders;
}

// The threads that the failure is about: these, and the story's.
std::vector<bool> Actors(const Story& story, const std::vector<bool>& deciders) {
  std::vector<bool> actors = deciders;
  for (const size_t actor : story.actors) actors[actor] = true;
  return actors;
}

// The threads that get a column, in the story's order: all actors, and of the others those that did
// something last, as long as there are fewer than `most`.
std::vector<size_t> Columns(const Story& story, const std::vector<StoryEvent>& events,
                            const std::vector<bool>& actors, size_t most) {
  std::vector<bool> chosen = actors;
  auto count = static_cast<size_t>(std::count(chosen.begin(), chosen.end(), true));
  for (size_t i = events.size(); i-- > 0 && count < most;) {
    if (chosen[events[i].thread]) continue;
    chosen[events[i].thread] = true;
    ++count;
  }
  std::vector<size_t> columns;
  for (size_t thread = 0; thread < story.threads.size(); ++thread) {
    if (chosen[thread]) columns.push_back(thread);
  }
  return columns;
}

// Tells what follows from an interruption at `edit`: what others do to the object that the thread
// was about to use, and how it goes on.
void TellConsequences(const std::vector<StoryEvent>& events, size_t edit, std::vector<bool>& told) {
  constexpr size_t kMostConflicts = 4;  // the last before it goes on are those that matter
  size_t next = edit + 1;
  while (next < events.size() && events[next].thread != events[edit].thread) ++next;
  if (next < events.size()) told[next] = true;
  size_t conflicts = 0;
  for (size_t i = next; i-- > edit + 1 && conflicts < kMostConflicts;) {
    if (events[edit].object.empty() || events[i].object != events[edit].object) continue;
    told[i] = true;
    ++conflicts;
  }
}

// Tells what led to `event`: what others did last to the same object, but for those who wait for it
// as well. In a deadlock that is how the object was taken.
void TellCauses(const std::vector<StoryEvent>& events, size_t event, std::vector<bool>& told) {
  constexpr size_t kMostCauses = 2;
  if (events[event].object.empty()) return;
  size_t causes = 0;
  for (size_t i = event; i-- > 0 && causes < kMostCauses;) {
    const bool same = events[i].object == events[event].object;
    if (!same || events[i].thread == events[event].thread || !events[i].note.empty()) continue;
    told[i] = true;
    ++causes;
  }
}

// Which events are told, among those of the threads that have a column; those of the `actors` at
// length.
std::vector<bool> Select(const std::vector<StoryEvent>& events, const std::vector<bool>& actors,
                         bool edited, const StoryOptions& options) {
  // Where nobody in particular has a part, everybody counts alike.
  const bool any = std::find(actors.begin(), actors.end(), true) != actors.end();
  // Without any edit there is no other hint at what decided.
  const size_t last = edited ? options.last : 2 * options.last;
  std::vector<bool> told(events.size(), false);
  std::map<size_t, size_t> seen;  // points per thread
  size_t edits = 0;
  for (size_t i = events.size(); i-- > 0;) {
    const bool actor = !any || actors[events[i].thread];
    size_t& points = seen[events[i].thread];
    if (points < (actor ? last : options.last_of_others)) {
      told[i] = true;
      if (actor && !edited) TellCauses(events, i, told);
    }
    if (!events[i].remark) ++points;
    if (events[i].edit.empty() || edits++ >= options.most_edits) continue;
    const size_t first = i - std::min(i, options.around_edits);
    const size_t behind = std::min(i + options.around_edits, events.size() - 1);
    std::fill(told.begin() + first, told.begin() + behind + 1, true);
    TellConsequences(events, i, told);
  }
  return told;
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
      legend_.push_back(
          absl::StrCat("  ", place->second, " = ", object.substr(0, object.find(" ("))));
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

// The rows of the table, built up event by event.
class Table {
 public:
  Table(const Story& story, const StoryOptions& options, std::vector<size_t> columns, bool times)
      : story_(story),
        columns_(std::move(columns)),
        times_(times),
        grid_(Heads(), times ? 2 : 1, options.width) {}

  void Tell(const StoryEvent& event);
  void LeaveOut(const StoryEvent& event) { left_out_ += event.times; }
  std::string Text();

 private:
  std::vector<std::string> Heads() const {
    std::vector<std::string> heads = {"point"};
    if (times_) heads.emplace_back("time");
    for (const size_t thread : columns_) heads.push_back(story_.threads[thread]);
    return heads;
  }
  void TellGap();

  const Story& story_;
  const std::vector<size_t> columns_;
  const bool times_;
  Grid grid_;
  Labels labels_;
  uint64_t left_out_ = 0;
};

void Table::TellGap() {
  if (left_out_ == 0) return;
  grid_.AddLine(absl::StrCat("  ⋮ ", left_out_, left_out_ == 1 ? " point" : " points"));
  left_out_ = 0;
}

void Table::Tell(const StoryEvent& event) {
  TellGap();
  const auto column = std::find(columns_.begin(), columns_.end(), event.thread) - columns_.begin();
  std::vector<std::string> cells = {absl::StrCat(event.edit.empty() ? "" : "*", event.step)};
  if (times_) cells.push_back(TimeText(event.time_ns));
  cells.resize(cells.size() + static_cast<size_t>(column));
  cells.push_back(CellText(event, labels_));
  if (event.fails) absl::StrAppend(&cells.back(), " ✗");
  grid_.AddRow(std::move(cells));
  if (!event.edit.empty()) grid_.AddLine(absl::StrCat("  * weir: ", event.edit));
}

std::string Table::Text() {
  TellGap();
  std::string text = grid_.Text();
  const size_t hidden = story_.threads.size() - columns_.size();
  if (hidden > 0) {
    absl::StrAppend(&text, "  (", hidden, hidden == 1 ? " thread is" : " threads are",
                    " not shown)\n");
  }
  return text + labels_.Legend();
}

// Most schedules need no time: then a column that says 0 in every line says nothing.
bool TimesDiffer(const std::vector<StoryEvent>& events) {
  return std::any_of(events.begin(), events.end(),
                     [&](const StoryEvent& event) { return event.time_ns != events[0].time_ns; });
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
  const size_t most = std::max<size_t>(2, options.width / options.column_width);
  const std::vector<bool> deciders = Deciders(story, events);
  const std::vector<bool> actors = Actors(story, deciders);
  const std::vector<size_t> columns = Columns(story, events, actors, most);
  // Where weir has chosen something, that is what it is about; the others only have to be there.
  const bool edited = std::any_of(events.begin(), events.end(),
                                  [](const StoryEvent& event) { return !event.edit.empty(); });
  const std::vector<bool> told = Select(events, edited ? deciders : actors, edited, options);
  Table table(story, options, columns, TimesDiffer(events));
  for (size_t i = 0; i < events.size(); ++i) {
    const bool shown = std::find(columns.begin(), columns.end(), events[i].thread) != columns.end();
    if (told[i] && shown) {
      table.Tell(events[i]);
    } else {
      table.LeaveOut(events[i]);
    }
  }
  return table.Text();
}

}  // namespace weir::sim
