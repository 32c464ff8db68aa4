#include "sim/engine/heap.h"

#include <bit>
#include <cstdio>
#include <cstring>

#include "sim/engine/scheduler.h"
#include "sim/engine/world.h"

namespace weir::sim {

void (*g_allocation_hook)(const void*, size_t) = nullptr;

namespace {

constexpr size_t kHeader = sizeof(HeapBlock);
static_assert(kHeader == 16);
// What the target's constructors allocated, before any thread.
constexpr uint32_t kLoadUid = kMaxUids - 1;
// Marks a header that stands before an aligned block: the real one lies `number` × 16 bytes below.
constexpr uint32_t kAlignedUid = 0xFFFF'FFFF;

// Which span a heap page belongs to: 0 = none, else (first page << 8) | (class + 1).
constexpr uint32_t kLargeClass = 0xFE;
uint32_t* PageMap() { return reinterpret_cast<uint32_t*>(kWorldAddress + kPageMapOffset); }

char* HeapBase() { return reinterpret_cast<char*>(kWorldAddress + kHeapOffset); }

// Classes: multiples of 16 up to 256, then four to a doubling, up to 64 KiB; headers included.
constexpr size_t ClassSize(int index) {
  if (index < 16) return static_cast<size_t>(index + 1) * 16;
  const int doubling = (index - 16) / 4;
  const size_t base = size_t{256} << doubling;
  return base + base / 4 * static_cast<size_t>((index - 16) % 4 + 1);
}
constexpr size_t kLargest = ClassSize(kHeapClasses - 1);
static_assert(kLargest == 65536);

int ClassOf(size_t bytes) {
  if (bytes <= 256) return static_cast<int>((bytes + 15) / 16) - 1;
  const int doubling = std::bit_width((bytes - 1) >> 8) - 1;
  const size_t quarter = size_t{64} << doubling;
  return 16 + 4 * doubling + static_cast<int>((bytes - 1 - (size_t{256} << doubling)) / quarter);
}

HeapBlock*& NextFree(HeapBlock* block) { return *reinterpret_cast<HeapBlock**>(block + 1); }

char* TakePages(size_t pages, uint32_t kind) {
  HeapState& heap = world().heap;
  if (heap.used_pages + pages > kHeapBytes / kPage) return nullptr;
  const uint32_t first = static_cast<uint32_t>(heap.used_pages);
  for (size_t i = 0; i < pages; ++i) PageMap()[first + i] = first << 8 | (kind + 1);
  heap.used_pages += pages;
  return HeapBase() + first * kPage;
}

HeapBlock* TakeSmall(int index) {
  HeapState& heap = world().heap;
  if (HeapBlock* block = heap.free_list[index]) {
    heap.free_list[index] = NextFree(block);
    return block;
  }
  const size_t size = ClassSize(index);
  if (heap.bump[index] == nullptr || heap.bump[index] + size > heap.bump_end[index]) {
    const size_t pages = (size * 4 + kPage - 1) / kPage;
    char* const span = TakePages(pages, static_cast<uint32_t>(index));
    if (span == nullptr) return nullptr;
    heap.bump[index] = span;
    heap.bump_end[index] = span + pages * kPage;
  }
  char* const block = heap.bump[index];
  heap.bump[index] += size;
  return reinterpret_cast<HeapBlock*>(block);
}

size_t LargePages(size_t bytes) { return (bytes + kPage - 1) / kPage; }

HeapBlock* TakeLarge(size_t bytes) {
  const size_t pages = LargePages(bytes);
  for (HeapBlock** link = &world().heap.large_free; *link != nullptr; link = &NextFree(*link)) {
    if (LargePages((*link)->size + kHeader) != pages) continue;
    HeapBlock* const block = *link;
    *link = NextFree(block);
    return block;
  }
  return reinterpret_cast<HeapBlock*>(TakePages(pages, kLargeClass));
}

// Of all that a header says, and of where it stands.
uint64_t MarkOf(const HeapBlock* header, uint64_t size, uint32_t uid, uint32_t number) {
  const uint64_t what = (uint64_t{number} << 32 | uid) + std::rotl(size, 20);
  return (reinterpret_cast<uintptr_t>(header) + what) * 0x9E37'79B9'7F4A'7C15u >> 41;
}

bool IsHeader(const HeapBlock* at) { return at->mark == MarkOf(at, at->size, at->uid, at->number); }

void WriteHeader(HeapBlock* at, uint64_t size, uint32_t uid, uint32_t number) {
  *at = {.size = size,
         .mark = MarkOf(at, size, uid, number),
         .freed = 0,
         .uid = uid,
         .number = number};
}

const HeapBlock* HeaderOf(const void* block) {
  const auto* header = static_cast<const HeapBlock*>(block) - 1;
  if (header->uid == kAlignedUid && IsHeader(header)) header -= header->number;
  return header;
}

bool IsInUse(const HeapBlock* header) { return IsHeader(header) && header->freed == 0; }

}  // namespace

void* HeapAllocate(size_t size) {
  if (size > kHeapBytes) return nullptr;
  const size_t bytes = size + kHeader;
  HeapBlock* const block = bytes <= kLargest ? TakeSmall(ClassOf(bytes)) : TakeLarge(bytes);
  if (block == nullptr) return nullptr;
  uint32_t uid = kLoadUid, number;
  if (g_mode == Mode::kTarget) {
    Thread& thread = CurrentThread();
    uid = thread.uid < kMaxUids ? thread.uid : kMaxUids - 2;
    number = ++thread.allocations;
  } else {
    number = static_cast<uint32_t>(++world().uid_paths[kLoadUid]);
  }
  WriteHeader(block, size, uid, number);
  if (g_allocation_hook != nullptr) [[unlikely]]
    g_allocation_hook(block + 1, size);
  return block + 1;
}

void* HeapAllocateAligned(size_t alignment, size_t size) {
  if (alignment <= kHeader) return HeapAllocate(size);
  if (size > kHeapBytes) return nullptr;
  char* const whole = static_cast<char*>(HeapAllocate(size + alignment));
  if (whole == nullptr) return nullptr;
  const uintptr_t address = reinterpret_cast<uintptr_t>(whole);
  char* const aligned = whole + ((~address + 1) & (alignment - 1));
  if (aligned != whole) {
    HeapBlock* const mark = reinterpret_cast<HeapBlock*>(aligned) - 1;
    const auto distance = (aligned - whole) / static_cast<ptrdiff_t>(kHeader);
    WriteHeader(mark, size, kAlignedUid, static_cast<uint32_t>(distance));
  }
  return aligned;
}

bool HeapInUse(const void* pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % kHeader == 0 && IsInUse(HeaderOf(pointer));
}

bool HeapFree(void* pointer) {
  if (reinterpret_cast<uintptr_t>(pointer) % kHeader != 0) [[unlikely]]
    return false;
  HeapBlock* const block = const_cast<HeapBlock*>(HeaderOf(pointer));
  if (!IsInUse(block)) [[unlikely]]
    return false;
  block->freed = 1;
  const size_t bytes = block->size + kHeader;
  HeapState& heap = world().heap;
  HeapBlock*& list = bytes <= kLargest ? heap.free_list[ClassOf(bytes)] : heap.large_free;
  NextFree(block) = list;
  list = block;
  return true;
}

HeapMisuse DescribeMisuse(const void* address) {
  HeapMisuse misuse = {"invalid_free", "memory that was never allocated"};
  const char* begin = nullptr;
  const HeapBlock* const block = HeapBlockOf(address, &begin);
  if (block == nullptr) return misuse;
  const size_t size = block->size;
  const ptrdiff_t offset = static_cast<const char*>(address) - begin;
  if (!IsHeader(block)) {
    if (offset != 0 || block->size == 0) return misuse;
    misuse.oracle = "heap_corruption";
    std::snprintf(misuse.text, sizeof misuse.text,
                  "a block before which something has written: its header is no longer there");
  } else if (block->freed && offset == 0) {
    misuse.oracle = "double_free";
    std::snprintf(misuse.text, sizeof misuse.text, "a block that was freed before");
  } else {
    std::snprintf(misuse.text, sizeof misuse.text,
                  "an address %td bytes inside a %sblock of %zu bytes", offset,
                  block->freed ? "freed " : "", size);
  }
  return misuse;
}

size_t HeapUsableSize(const void* pointer) {
  const HeapBlock* const block = HeaderOf(pointer);
  const char* const end = reinterpret_cast<const char*>(block + 1) + block->size;
  return static_cast<size_t>(end - static_cast<const char*>(pointer));
}

bool InHeap(const void* address) {
  return static_cast<size_t>(static_cast<const char*>(address) - HeapBase()) < kHeapBytes;
}

const HeapBlock* HeapBlockOf(const void* address, const char** begin) {
  if (!InHeap(address)) return nullptr;
  const size_t offset = static_cast<size_t>(static_cast<const char*>(address) - HeapBase());
  const uint32_t entry = PageMap()[offset / kPage];
  if (entry == 0) return nullptr;
  char* const span = HeapBase() + (entry >> 8) * kPage;
  const uint32_t kind = (entry & 0xFF) - 1;
  const size_t size = kind == kLargeClass ? kHeapBytes : ClassSize(static_cast<int>(kind));
  const size_t within = static_cast<size_t>(static_cast<const char*>(address) - span);
  const auto* block = reinterpret_cast<const HeapBlock*>(span + within / size * size);
  *begin = reinterpret_cast<const char*>(block + 1);
  return block;
}

void VisitHeap(size_t from_pages, size_t to_pages,
               void (*visit)(void* context, uintptr_t begin, size_t bytes), void* context) {
  visit(context, reinterpret_cast<uintptr_t>(PageMap() + from_pages),
        (to_pages - from_pages) * sizeof(uint32_t));
  visit(context, reinterpret_cast<uintptr_t>(HeapBase() + from_pages * kPage),
        (to_pages - from_pages) * kPage);
}

size_t HeapUsedBytes() { return world().heap.used_pages * kPage; }

void HeapForget(size_t used_pages_before, size_t used_pages) {
  std::memset(PageMap() + used_pages_before, 0,
              (used_pages - used_pages_before) * sizeof(uint32_t));
  std::memset(HeapBase() + used_pages_before * kPage, 0, (used_pages - used_pages_before) * kPage);
}

}  // namespace weir::sim
