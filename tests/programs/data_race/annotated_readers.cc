// Readers of a lock that is annotated do not order one another, also when one has given it back
// before the other takes it: both write. And what is ignored ends where it is said to end, so that
// nothing else hides that.
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <thread>

extern "C" void AnnotateIgnoreWritesBegin(const char*, int);
extern "C" void AnnotateIgnoreWritesEnd(const char*, int);

namespace {

std::atomic<int> readers{0};
std::atomic<bool> has_read{false};
int ignored = 0;
int written = 0;

void Read() {
  __tsan_mutex_pre_lock(&readers, __tsan_mutex_read_lock);
  readers.fetch_add(1, std::memory_order_relaxed);
  __tsan_mutex_post_lock(&readers, __tsan_mutex_read_lock, 0);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  ++ignored;
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  ++written;
  __tsan_mutex_pre_unlock(&readers, __tsan_mutex_read_lock);
  readers.fetch_sub(1, std::memory_order_relaxed);
  __tsan_mutex_post_unlock(&readers, __tsan_mutex_read_lock);
}

}  // namespace

int main() {
  std::thread other([] {
    Read();
    has_read.store(true, std::memory_order_relaxed);
  });
  while (!has_read.load(std::memory_order_relaxed)) std::this_thread::yield();
  Read();
  other.join();
}
