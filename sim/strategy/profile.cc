#include "sim/strategy/profile.h"

#include <string>
#include <string_view>
#include <utility>

#include "sim/engine/random.h"

namespace weir::sim {
namespace {

// The path of who created the thread: "worker-0/main.2" of "worker-0/main". A process is created by
// the first thread of all, as far as anybody can tell from the path.
std::string_view ParentPath(std::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

bool IsMemory(const ObjectKey& key) {
  using Space = ObjectKey::Space;
  return key.space != Space::kNone && key.space != Space::kThread && key.space != Space::kProcess;
}

}  // namespace

ObjectId IdOf(const ObjectKey& key) {
  if (key.space == ObjectKey::Space::kNone) return 0;
  uint64_t hash = Mix(key.owner ^ static_cast<uint64_t>(key.space));
  hash = Mix(hash ^ key.number);
  return Mix(hash ^ key.offset) | 1;
}

bool OnlyLooks(Op op) {
  switch (op) {
    case Op::kAtomicLoad:
    case Op::kMemoryRead:
    case Op::kClockRead:
    case Op::kSemGetValue:
    case Op::kFileStatus:
      return true;
    default:
      return false;
  }
}

uint32_t Profiler::ThreadAt(const PointEvent& event) {
  const auto [found, is_new] =
      profile_.by_id.try_emplace(event.thread_path, static_cast<uint32_t>(profile_.threads.size()));
  if (!is_new) return found->second;
  Profile::ThreadInfo thread{.id = event.thread_path};
  const std::string path = profile_.identities.path(event.thread);
  const std::string_view parent = ParentPath(path);
  if (!parent.empty()) thread.parent = profile_.Find(PathHash(parent));
  // A killed thread may have created one that had no point before its own process was restarted.
  if (thread.parent == Profile::kNoThread && !profile_.threads.empty()) thread.parent = 0;
  profile_.threads.push_back(thread);
  return static_cast<uint32_t>(profile_.threads.size() - 1);
}

void Profiler::OnPoint(const PointEvent& event) {
  if (event.repeat > 0) return;
  const uint32_t thread = ThreadAt(event);
  ++profile_.threads[thread].points;
  if (!IsMemory(event.key) || profile_.accesses.size() == Profile::kMostAccesses) return;
  const ObjectId id = IdOf(event.key);
  const auto [place, is_new] = places_.try_emplace(id, static_cast<uint32_t>(objects_.size()));
  if (is_new) objects_.push_back({.id = id, .accesses = {}});
  const uint32_t nth = ++counts_[Mix(id ^ event.thread_path)];
  objects_[place->second].accesses.push_back(static_cast<uint32_t>(profile_.accesses.size()));
  profile_.accesses.push_back({thread, place->second, nth, OnlyLooks(event.op)});
}

bool Profiler::InConflict(const Profile::ObjectInfo& object) const {
  const uint32_t first = profile_.accesses[object.accesses.front()].thread;
  bool others = false;
  bool changed = false;
  for (const uint32_t i : object.accesses) {
    others |= profile_.accesses[i].thread != first;
    changed |= !profile_.accesses[i].looks;
  }
  return others && changed;
}

Profile Profiler::Finish(uint64_t points, bool failed) {
  constexpr uint32_t kDropped = ~uint32_t{0};
  std::vector<uint32_t> place(objects_.size(), kDropped);
  for (size_t i = 0; i < objects_.size(); ++i) {
    if (!InConflict(objects_[i])) continue;
    place[i] = static_cast<uint32_t>(profile_.objects.size());
    profile_.objects.push_back({.id = objects_[i].id, .accesses = {}});
  }
  std::vector<Profile::Access> kept;
  for (Profile::Access access : profile_.accesses) {
    access.object = place[access.object];
    if (access.object == kDropped) continue;
    profile_.objects[access.object].accesses.push_back(static_cast<uint32_t>(kept.size()));
    kept.push_back(access);
  }
  profile_.accesses = std::move(kept);
  profile_.points = points;
  profile_.failed = failed;
  return std::move(profile_);
}

}  // namespace weir::sim
