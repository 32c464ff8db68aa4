#include "sim/engine/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "sim/engine/limits.h"

namespace weir::sim {
namespace {

struct Range {
  uintptr_t begin;
  uintptr_t end;
  const char* image;  // the bytes of [begin, end) at Freeze
};

struct DirtyPage {
  uintptr_t page;
  const char* image;
};

// Constant after Freeze but for the list of dirty pages, which only grows: it belongs to the
// process, not to an execution. Reserved in full, since it grows in a signal handler.
std::vector<Range> g_ranges;
std::vector<DirtyPage> g_dirty;
size_t g_tracked = 0;

void Protect(uintptr_t begin, size_t bytes, int protection) {
  if (mprotect(reinterpret_cast<void*>(begin), bytes, protection) != 0) {
    std::perror("weir: mprotect of the base image");
    std::abort();
  }
}

}  // namespace

void TrackPages(uintptr_t begin, uintptr_t end) {
  if (begin >= end) return;
  g_ranges.push_back({begin & ~(kPage - 1), (end + kPage - 1) & ~(kPage - 1), nullptr});
}

void FreezePages() {
  std::sort(g_ranges.begin(), g_ranges.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  for (Range& range : g_ranges) {
    const size_t bytes = range.end - range.begin;
    // The image is a mapping of its own: pages that are all zero then cost nothing.
    void* const image = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (image == MAP_FAILED) {
      std::perror("weir: memory for the base image");
      std::abort();
    }
    static constexpr char kZeros[kPage] = {};
    for (size_t at = 0; at < bytes; at += kPage) {
      const char* const from = reinterpret_cast<const char*>(range.begin + at);
      if (std::memcmp(from, kZeros, kPage) != 0) {
        std::memcpy(static_cast<char*>(image) + at, from, kPage);
      }
    }
    range.image = static_cast<const char*>(image);
    g_tracked += bytes / kPage;
  }
  g_dirty.reserve(g_tracked);
  for (const Range& range : g_ranges) Protect(range.begin, range.end - range.begin, PROT_READ);
}

void RestorePages(size_t from) {
  for (size_t i = from; i < g_dirty.size(); ++i) {
    std::memcpy(reinterpret_cast<void*>(g_dirty[i].page), g_dirty[i].image, kPage);
  }
}

size_t DirtyPageCount() { return g_dirty.size(); }

uintptr_t DirtyPageAt(size_t i) { return g_dirty[i].page; }

bool UnprotectPage(uintptr_t address) {
  const uintptr_t page = address & ~(kPage - 1);
  const auto after =
      std::upper_bound(g_ranges.begin(), g_ranges.end(), page,
                       [](uintptr_t value, const Range& range) { return value < range.begin; });
  if (after == g_ranges.begin()) return false;
  const Range& range = *(after - 1);
  if (page >= range.end || range.image == nullptr) return false;
  for (const DirtyPage& dirty : g_dirty) {
    if (dirty.page == page) return false;  // writable already: this fault is another
  }
  Protect(page, kPage, PROT_READ | PROT_WRITE);
  g_dirty.push_back({page, range.image + (page - range.begin)});
  return true;
}

PageStatistics TrackedPages() { return {g_tracked, g_dirty.size()}; }

}  // namespace weir::sim
