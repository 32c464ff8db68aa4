#include <linux/prctl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/campaign/target_info.h"
#include "sim/cli/common.h"
#include "sim/engine/limits.h"
#include "sim/engine/time_stamp.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#endif

namespace weir::sim {
namespace {

// Of AT_HWCAP2 on x86-64: user code may write the FS base itself.
constexpr unsigned long kFsGsBase = 2;

struct DoctorFlags {
  TargetFlags target;
  bool json = false;
};

struct Diagnosis {
  std::string name;
  bool good = false;
  bool needed = true;  // else it only costs speed or a diagnosis
  std::string text;
  const char* unneeded = "slow";  // what is printed of one that is neither good nor needed
};

Diagnosis CheckFsGsBase() {
  const bool good = (getauxval(AT_HWCAP2) & kFsGsBase) != 0;
  return {
      "fsgsbase", good, false,
      good
          ? "the FS base is written by an instruction"
          : "the kernel does not offer FSGSBASE (Linux 5.9 does): each switch of threads will be a "
            "system call, some ten times slower"};
}

Diagnosis CheckAddress(const char* name, uintptr_t address, size_t bytes) {
  void* const wanted = reinterpret_cast<void*>(address);
  void* const got = mmap(wanted, bytes, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  const std::string where = absl::StrCat("0x", absl::Hex(address));
  if (got == wanted) {
    munmap(got, bytes);
    return {name, true, true, absl::StrCat(where, " is free")};
  }
  const std::string reason =
      got == MAP_FAILED ? std::strerror(errno) : "the kernel put it elsewhere";
  if (got != MAP_FAILED) munmap(got, bytes);
  return {name, false, true, absl::StrCat("cannot map ", where, ": ", reason)};
}

Diagnosis CheckUserDispatch() {
  const bool good =
      prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0) == 0 || errno != EINVAL;
  return {"syscall user dispatch", good, false,
          good
              ? "raw system calls of a target can be caught"
              : "the kernel has none (Linux 5.11 does): raw system calls of a target go unnoticed"};
}

Diagnosis CheckTimeStamps() {
  const bool good = CanTrapTimeStamps();
  return {"time stamps", good, false,
          good
              ? "rdtsc in a target and its libraries reads virtual time"
              : "the kernel does not let rdtsc fault (prctl PR_SET_TSC): a target that reads it is "
                "not repeatable"};
}

Diagnosis CheckReadMemory() {
  uint64_t from = 1;
  uint64_t to = 0;
  iovec local = {&to, sizeof(to)};
  iovec remote = {&from, sizeof(from)};
  const bool good = process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == sizeof(to);
  return {
      "stacks", good, false,
      good ? "process_vm_readv works"
           : absl::StrCat("process_vm_readv: ", std::strerror(errno), "; reports have no stacks")};
}

Diagnosis CheckThreads() {
  rlimit limit = {};
  const bool good = getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur > kMaxThreads;
  return {
      "threads", good, true,
      good ? absl::StrCat("room for ", kMaxThreads, " borrowed threads a worker")
           : absl::StrCat("RLIMIT_NPROC is ", limit.rlim_cur, ", each worker needs ", kMaxThreads)};
}

// The target, and what of it is not seen.
std::vector<Diagnosis> CheckTarget(const TargetFlags& flags) {
  const absl::StatusOr<ChosenTarget> chosen = ChooseTarget(flags);
  const auto bad = [](const absl::Status& status) {
    return std::vector<Diagnosis>{{"target", false, true, std::string(status.message())}};
  };
  if (!chosen.ok()) return bad(chosen.status());
  const absl::StatusOr<TargetInfo> info = DescribeInChild(chosen->path);
  if (!info.ok()) return bad(info.status());
  std::vector<Diagnosis> findings = {
      {"target", true, true,
       absl::StrCat(DisplayPath(info->path), ": instrumented, ", info->scenarios.size(),
                    info->scenarios.size() == 1 ? " scenario" : " scenarios", ", build ",
                    info->build_id.substr(0, 12))}};
  for (const std::string& library : info->unseen_libraries) {
    findings.push_back({"library", false, false, UnseenText(library), "note"});
  }
  return findings;
}

int DoDoctor(const DoctorFlags& flags) {
  // Each check is made in this process, which has no World; the addresses are free here if they
  // ever are.
  std::vector<Diagnosis> findings = {
      CheckFsGsBase(),
      CheckAddress("world", kWorldAddress, kHeapBytes),
      CheckAddress("target address", kTargetAddress, size_t{64} << 20),
      CheckUserDispatch(),
      CheckTimeStamps(),
      CheckReadMemory(),
      CheckThreads(),
  };
  for (Diagnosis& finding : CheckTarget(flags.target)) findings.push_back(std::move(finding));
  bool possible = true;
  for (const Diagnosis& finding : findings) {
    const char* const word = finding.good ? "ok" : finding.needed ? "NO" : finding.unneeded;
    possible = possible && (finding.good || !finding.needed);
    if (flags.json) {
      PrintJson({{"check", finding.name},
                 {"ok", finding.good},
                 {"needed", finding.needed},
                 {"text", finding.text}});
    } else {
      std::string name = finding.name;
      name.resize(24, ' ');
      Print(absl::StrCat("  ", word, word[2] == '\0' ? "    " : "  ", name, finding.text, "\n"));
    }
  }
  if (!flags.json) {
    Print(possible ? "this target can be simulated on this machine\n"
                   : "this target cannot be simulated on this machine\n");
  }
  return possible ? kExitNothingFound : kExitUsage;
}

}  // namespace

void AddDoctor(CLI::App& app, Command& chosen) {
  auto flags = std::make_shared<DoctorFlags>();
  CLI::App* command =
      app.add_subcommand("doctor", "can this machine and this target be simulated; if not, why");
  AddTargetFlags(*command, flags->target);
  command->add_flag("--json", flags->json, "one JSON object a line");
  command->callback([&chosen, flags] { chosen = [flags] { return DoDoctor(*flags); }; });
}

}  // namespace weir::sim
