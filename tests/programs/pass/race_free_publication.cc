// memory points
// Publication by each pair of memory orders that orders: release and acquire, release and consume,
// sequentially consistent, an exchange, a compare-exchange, and fences around relaxed operations.
// None is a data race.
#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

struct Message {
  int words[3] = {};
};

void Require(bool holds) {
  if (!holds) std::abort();
}

void Check(const Message& message) {
  Require(message.words[0] == 1 && message.words[1] == 2 && message.words[2] == 3);
}

template <typename Publish, typename Look>
void Pass(Publish publish, Look look) {
  Message message;
  std::atomic<Message*> slot{nullptr};
  std::thread reader([&] {
    for (int tries = 0; tries < 3; ++tries) {
      if (Message* found = look(slot)) Check(*found);
    }
  });
  message.words[0] = 1;
  message.words[1] = 2;
  message.words[2] = 3;
  publish(slot, &message);
  reader.join();
  message.words[0] = 0;  // the reader is no more
}

}  // namespace

int main() {
  using Slot = std::atomic<Message*>;
  const auto acquire = [](Slot& slot) { return slot.load(std::memory_order_acquire); };
  Pass([](Slot& slot, Message* m) { slot.store(m, std::memory_order_release); }, acquire);
  Pass([](Slot& slot, Message* m) { slot.store(m); }, [](Slot& slot) { return slot.load(); });
  Pass([](Slot& slot, Message* m) { slot.store(m, std::memory_order_release); },
       [](Slot& slot) { return slot.load(std::memory_order_consume); });
  Pass([](Slot& slot, Message* m) { slot.exchange(m, std::memory_order_acq_rel); }, acquire);
  Pass(
      [](Slot& slot, Message* m) {
        Message* none = nullptr;
        slot.compare_exchange_strong(none, m, std::memory_order_release, std::memory_order_relaxed);
      },
      [](Slot& slot) {
        Message* none = nullptr;
        // Fails when there is a message: then it is a load, with the order of the failure.
        slot.compare_exchange_strong(none, nullptr, std::memory_order_relaxed,
                                     std::memory_order_acquire);
        return none;
      });
  Pass(
      [](Slot& slot, Message* m) {
        std::atomic_thread_fence(std::memory_order_release);
        slot.store(m, std::memory_order_relaxed);
      },
      acquire);
  Pass([](Slot& slot, Message* m) { slot.store(m, std::memory_order_release); },
       [](Slot& slot) {
         Message* const found = slot.load(std::memory_order_relaxed);
         std::atomic_thread_fence(std::memory_order_acquire);
         return found;
       });
  Pass(
      [](Slot& slot, Message* m) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        slot.store(m, std::memory_order_relaxed);
      },
      [](Slot& slot) {
        Message* const found = slot.load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        return found;
      });
}
