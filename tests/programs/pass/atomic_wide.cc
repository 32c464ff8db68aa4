// Atomics of 16 bytes and, by the generic __atomic functions, of odd sizes: they do not tear.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <thread>

// Calling into libatomic is the point here.
#pragma clang diagnostic ignored "-Watomic-alignment"

namespace {

struct alignas(16) Pair {
  uint64_t a;
  uint64_t b;
  friend bool operator==(const Pair&, const Pair&) = default;
};

void SixteenBytes() {
  std::atomic<Pair> pair{Pair{1, 2}};
  assert((pair.load() == Pair{1, 2}));
  assert((pair.exchange({3, 4}) == Pair{1, 2}));
  Pair expected{3, 5};
  assert(!pair.compare_exchange_strong(expected, {9, 9}));
  assert((expected == Pair{3, 4}));
  assert(pair.compare_exchange_strong(expected, {0, 0}));

  // Both halves move together.
  const auto add = [&] {
    for (int i = 0; i < 5; ++i) {
      Pair before = pair.load();
      do {
        assert(before.b == 2 * before.a);
      } while (!pair.compare_exchange_weak(before, {before.a + 1, before.b + 2}));
    }
  };
  std::thread other(add);
  add();
  other.join();
  assert((pair.load() == Pair{10, 20}));
}

template <size_t kSize>
void Generic() {
  struct Bytes {
    unsigned char bytes[kSize];
  };
  const auto filled = [](int value) {
    Bytes bytes;
    std::memset(bytes.bytes, value, kSize);
    return bytes;
  };
  const auto whole = [](const Bytes& value) {
    for (const unsigned char byte : value.bytes) {
      if (byte != value.bytes[0]) return false;
    }
    return true;
  };
  Bytes shared = filled(0);
  std::thread writer([&] {
    for (int i = 1; i <= 5; ++i) {
      Bytes value = filled(i);
      __atomic_store(&shared, &value, __ATOMIC_SEQ_CST);
    }
  });
  for (int i = 0; i < 5; ++i) {
    Bytes value;
    __atomic_load(&shared, &value, __ATOMIC_SEQ_CST);
    assert(whole(value));
  }
  writer.join();

  Bytes seven = filled(7);
  Bytes old;
  __atomic_exchange(&shared, &seven, &old, __ATOMIC_SEQ_CST);
  assert(whole(old) && old.bytes[0] == 5);
  Bytes expected = filled(6);
  Bytes eight = filled(8);
  assert(!__atomic_compare_exchange(&shared, &expected, &eight, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST));
  assert(whole(expected) && expected.bytes[0] == 7);
  assert(__atomic_compare_exchange(&shared, &expected, &eight, false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST));
  assert(shared.bytes[kSize - 1] == 8);
}

}  // namespace

int main() {
  SixteenBytes();
  Generic<3>();
  Generic<5>();
  Generic<12>();
  Generic<16>();
  Generic<24>();
  Generic<40>();
  return 0;
}
