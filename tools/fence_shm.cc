// fence-shm: the groups of this machine, and what dead ones have left behind.
//
//   fence-shm list               every segment, its members, and whether they are alive
//   fence-shm remove GROUP…      removes the names of groups of which nobody is alive
//   fence-shm remove --orphans   of all such groups
//
// A segment whose coordinator and members are all dead is an orphan: nobody will remove its name,
// and Create refuses it. The name alone is removed; the memory goes with its last mapping. --force
// also removes what is in use or cannot be read. Exit status: 0 done, 1 something was not removed,
// 2 usage.
#include <errno.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fence/segment.h"
#include "fence/snapshot.h"

namespace {

constexpr const char* kFolder =
    "/dev/shm";  // where Linux keeps POSIX shared memory, shm_overview(7)
constexpr const char* kPrefix = "fence.";

struct Group {
  std::string name;
  absl::Status readable;
  bool unfinished = false;  // its creator has not come to the end of making it
  bool in_use = false;      // somebody of it is alive
  fence::Snapshot snapshot;
};

bool IsAlive(uint32_t pid) {
  return pid != 0 && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

bool IsThere(fence::MemberStatus status) {
  return status == fence::MemberStatus::kJoining || status == fence::MemberStatus::kMember;
}

Group Look(const std::string& name) {
  Group group{.name = name, .readable = {}, .snapshot = {}};
  const absl::StatusOr<fence::Segment> segment = fence::Segment::Attach(name);
  group.readable = segment.status();
  group.unfinished = absl::IsUnavailable(segment.status());
  if (!segment.ok()) return group;
  group.snapshot = fence::TakeSnapshot(*segment);
  group.unfinished = group.snapshot.members.empty();
  for (const fence::MemberView& member : group.snapshot.members) {
    group.in_use |= IsThere(member.status) && IsAlive(member.pid);
  }
  return group;
}

std::vector<std::string> GroupsOfThisMachine() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = file.path().filename();
    if (name.rfind(kPrefix, 0) == 0) names.push_back(name.substr(std::string(kPrefix).size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string StateOf(const Group& group) {
  if (group.unfinished) return "unfinished";
  if (!group.readable.ok()) return "unreadable";
  return group.in_use ? "in use" : "orphan";
}

void Print(const Group& group) {
  std::printf("%-24s %s\n", group.name.c_str(), StateOf(group).c_str());
  if (!group.readable.ok()) std::printf("  %s\n", group.readable.ToString().c_str());
  for (const fence::MemberView& member : group.snapshot.members) {
    if (!IsThere(member.status)) continue;
    std::printf("  slot %-3u pid %-8u %-6s %s\n", member.slot, member.pid,
                IsAlive(member.pid) ? "alive" : "dead", member.name.c_str());
  }
}

nlohmann::json ToJson(const Group& group) {
  nlohmann::json members = nlohmann::json::array();
  for (const fence::MemberView& member : group.snapshot.members) {
    if (!IsThere(member.status)) continue;
    members.push_back({{"slot", member.slot},
                       {"pid", member.pid},
                       {"name", member.name},
                       {"alive", IsAlive(member.pid)}});
  }
  nlohmann::json line = {{"group", group.name}, {"state", StateOf(group)}, {"members", members}};
  if (!group.readable.ok()) line["error"] = group.readable.ToString();
  return line;
}

int List(bool json) {
  for (const std::string& name : GroupsOfThisMachine()) {
    const Group group = Look(name);
    if (json) {
      std::printf("%s\n", ToJson(group).dump().c_str());
    } else {
      Print(group);
    }
  }
  return 0;
}

bool Remove(const std::string& name, bool force) {
  const Group group = Look(name);
  const std::string state = StateOf(group);
  if (absl::IsNotFound(group.readable)) {
    std::fprintf(stderr, "fence-shm: %s: no such group\n", name.c_str());
    return false;
  }
  if (state != "orphan" && !force) {
    std::fprintf(stderr, "fence-shm: %s: %s; --force removes it all the same\n", name.c_str(),
                 state.c_str());
    return false;
  }
  const absl::Status removed = fence::Segment::Unlink(name);
  if (!removed.ok()) {
    std::fprintf(stderr, "fence-shm: %s\n", removed.ToString().c_str());
    return false;
  }
  std::printf("removed %s\n", name.c_str());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("groups of fence on this machine");
  app.require_subcommand(1);
  bool json = false, orphans = false, force = false;
  std::vector<std::string> names;
  CLI::App* const list = app.add_subcommand("list", "every segment and its members");
  list->add_flag("--json", json, "one JSON object a line");
  CLI::App* const remove = app.add_subcommand("remove", "names of groups of which nobody is alive");
  remove->add_option("group", names);
  remove->add_flag("--orphans", orphans, "all of them");
  remove->add_flag("--force", force, "also what is in use or cannot be read");
  try {
    app.parse(argc, argv);
    if (*remove && names.empty() == !orphans) {
      throw CLI::ValidationError("remove", "expected names of groups, or --orphans");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*list) return List(json);
  if (orphans) {
    for (const std::string& name : GroupsOfThisMachine()) {
      if (StateOf(Look(name)) == "orphan") names.push_back(name);
    }
  }
  bool all = true;
  for (const std::string& name : names) all &= Remove(name, force);
  return all ? 0 : 1;
}
