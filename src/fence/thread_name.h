// Names for threads, as debuggers and /proc show them.

#ifndef FENCE_THREAD_NAME_H_
#define FENCE_THREAD_NAME_H_

#include <string>

namespace fence {

// Names the calling thread; what is longer than the 15 characters that Linux keeps is cut off.
void NameThisThread(std::string name);

}  // namespace fence

#endif  // FENCE_THREAD_NAME_H_
