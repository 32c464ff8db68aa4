// Atomics of 1, 2, 4 and 8 bytes: each operation and its result; fences, flags, floats, atomic_ref.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

namespace {

template <typename T>
void Operations() {
  std::atomic<T> a{10};
  assert(a.load() == 10);
  a.store(20, std::memory_order_release);
  assert(a.exchange(30) == 20);
  assert(a.fetch_add(5) == 30);
  assert(a.fetch_sub(3) == 35);
  assert(a.fetch_and(0x2C) == 32);
  assert(a.fetch_or(3) == 32);
  assert(a.fetch_xor(0x21) == 35);
  assert(a.load(std::memory_order_acquire) == 2);
  assert(__atomic_fetch_nand(reinterpret_cast<T*>(&a), 3, __ATOMIC_SEQ_CST) == 2);
  assert(a == static_cast<T>(~2));
  a = 7;
  T expected = 8;
  assert(!a.compare_exchange_strong(expected, 9) && expected == 7);
  assert(a.compare_exchange_strong(expected, 9) && a == 9);
  expected = 9;
  while (!a.compare_exchange_weak(expected, 11)) assert(expected == 9);
  assert(a == 11);
  // Wraps round.
  a = static_cast<T>(-1);
  assert(a.fetch_add(2) == static_cast<T>(-1) && a == 1);

  T plain = 1;
  assert(std::atomic_ref<T>(plain).fetch_add(4) == 1 && plain == 5);
}

template <typename T>
void Adds() {
  std::atomic<T> sum{0};
  const auto add = [&] {
    for (int i = 0; i < 10; ++i) sum.fetch_add(1, std::memory_order_relaxed);
  };
  std::thread other(add);
  add();
  other.join();
  assert(sum == 20);
}

void Fences() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    data = 1;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  assert(data == 1);
  writer.join();
}

void Flag() {
  std::atomic_flag flag;
  assert(!flag.test_and_set() && flag.test() && flag.test_and_set());
  flag.clear();
  assert(!flag.test());
}

}  // namespace

int main() {
  Operations<uint8_t>();
  Operations<uint16_t>();
  Operations<uint32_t>();
  Operations<uint64_t>();
  Operations<signed char>();
  Operations<short>();
  Operations<int>();
  Operations<long>();
  Adds<uint8_t>();
  Adds<uint16_t>();
  Adds<uint32_t>();
  Adds<uint64_t>();
  Adds<float>();
  Adds<double>();
  Fences();
  Flag();
  return 0;
}
