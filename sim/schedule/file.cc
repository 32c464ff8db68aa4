// Schedule files on the disk.
#include "sim/schedule/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {
namespace {

// A schedule of a million edits has some 150 MB; what is larger is something else.
constexpr size_t kMostBytes = size_t{256} << 20;

absl::Status SystemError(int error, const std::string& what, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", what, " ", path));
}

// An open file, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// A new file with this content on the disk; else why not, as errno says it.
int WriteDurably(std::string_view text, const std::string& path) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.fd() < 0) return errno;
  return WriteAll(file.fd(), text) && fsync(file.fd()) == 0 ? 0 : errno;
}

}  // namespace

absl::Status WriteWhole(std::string_view bytes, const std::string& path) {
  // In the same folder, since a rename does not cross file systems; of a name that no other process
  // has.
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".tmp");
  unlink(temporary.c_str());  // left behind by an earlier process of this number that was killed
  int error = WriteDurably(bytes, temporary);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    return SystemError(error, "write", path);
  }
  // So that the new name, too, outlives a power cut.
  const Descriptor folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() >= 0) fsync(folder.fd());
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return SystemError(errno, "read", path);
  std::string text;
  char block[64 << 10];
  while (true) {
    const ssize_t got = read(file.fd(), block, sizeof(block));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, "read", path);
    if (got == 0) break;
    text.append(block, static_cast<size_t>(got));
    if (text.size() > kMostBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": more than ", kMostBytes >> 20, " MiB is no schedule"));
    }
  }
  return text;
}

absl::Status WriteSchedule(const Schedule& schedule, const std::string& path) {
  return WriteWhole(FormatSchedule(schedule), path);
}

absl::StatusOr<Schedule> ReadSchedule(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWhole(path);
  return text.ok() ? ParseSchedule(*text, path) : text.status();
}

}  // namespace weir::sim
