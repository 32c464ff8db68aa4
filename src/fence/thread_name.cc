#include "fence/thread_name.h"

#include <pthread.h>

namespace fence {
namespace {

constexpr size_t kLongest = 15;

}  // namespace

void NameThisThread(std::string name) {
  if (name.size() > kLongest) name.resize(kLongest);
  pthread_setname_np(pthread_self(), name.c_str());
}

}  // namespace fence
