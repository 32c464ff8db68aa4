// What happened in an execution, as a table with one column per thread.
#ifndef WEIR_SIM_VIEW_STORY_H_
#define WEIR_SIM_VIEW_STORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::sim {

// One thing that a thread did.
struct StoryEvent {
  uint64_t step = 0;
  uint64_t time_ns = 0;  // virtual, since the start of the execution
  size_t thread = 0;     // index into Story::threads
  std::string what;      // "mutex_lock", or a line of output in quotes
  std::string object;    // on what, in full; may be empty
  std::string place;     // "reader.cc:88"; may be empty
  std::string result;    // "3": what it gave; may be empty
  uint64_t times = 1;    // how often in a row
  // What weir chose here in place of the default, as a phrase: "worker-1/main runs next". Empty:
  // nothing.
  std::string edit;
  std::string note;     // what else is to be said of it: "waits for main"
  bool fails = false;   // this is what failed
  bool remark = false;  // something printed or observed, at no point of its own
};

struct Story {
  std::vector<std::string> threads;
  std::vector<StoryEvent> events;  // in their order
  // Who has a part in the failure, as indices into `threads`: whoever failed, waits in a circle,
  // holds what others wait for, made the other access of a race, or kills. Whom weir interrupted,
  // let run or killed need not be named.
  std::vector<size_t> actors;
};

struct StoryOptions {
  size_t width = 120;  // columns of text
  // Events before the end that are told of whoever failed, was interrupted or let run; where there
  // are no edits, twice as many of all actors.
  size_t last = 6;
  size_t last_of_others = 2;
  size_t around_edits = 1;  // events before and after each edit that are told
  size_t most_edits = 24;   // the last ones, where there are more
  // As many threads are shown as have room for this, but at least two and all that take part.
  size_t column_width = 22;
};

// The table. Shown are the actors, which are the story's and those that weir interrupted, killed or
// let run in place of another, whatever the width; then, as far as there is room, those that did
// something last; the others are counted. Told are the last events of each; without edits also what
// others had done last to the objects of an actor's; and for each edit what surrounds it, how the
// interrupted thread went on, and what others did to the same object in the meantime. A line "⋮ 312
// points" stands for what lies between. Equal events of one thread in a row are one line with
// "×n". Long names of objects are letters in the table and spelled out below it.
std::string StoryTable(const Story& story, const StoryOptions& options);

// "1.200 ms", "3.5 s", "740 ns".
std::string TimeText(uint64_t nanoseconds);

// The width of UTF-8 text on a terminal, for text without wide or combining characters.
size_t TextWidth(const std::string& text);

}  // namespace weir::sim

#endif  // WEIR_SIM_VIEW_STORY_H_
