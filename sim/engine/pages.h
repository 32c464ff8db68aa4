// Puts memory back to its base image, at a cost that depends on what executions really write.
//
// Every tracked page starts write-protected. The first write to it, by whatever execution, faults
// once: the page becomes writable and is from then on copied back at every Restore. So a process
// learns which few pages its target dirties. Stacks work alike, with zeros for an image.
//
// A system call that writes into a tracked page which is still protected fails with EFAULT instead
// of faulting: nothing of ours lets the kernel write there.
#ifndef WEIR_SIM_ENGINE_PAGES_H_
#define WEIR_SIM_ENGINE_PAGES_H_

#include <cstddef>
#include <cstdint>

namespace weir::sim {

// Adds the pages that overlap [begin, end) to what Freeze() will image. Before Freeze() only.
// Ranges may not share a page with memory that must survive an execution.
void TrackPages(uintptr_t begin, uintptr_t end);

// Takes the base image of all tracked ranges and protects them. Once.
void FreezePages();

// Copies every page that was ever written since FreezePages() back; or only those behind the first
// `from` of them, in the order in which they were first written.
void RestorePages(size_t from = 0);
size_t DirtyPageCount();
uintptr_t DirtyPageAt(size_t i);

// From the fault handler: true if `address` was a protected tracked page, which is now writable.
bool UnprotectPage(uintptr_t address);

struct PageStatistics {
  size_t tracked;
  size_t dirty;
};
PageStatistics TrackedPages();

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_PAGES_H_
