// memory points
// A Treiber stack whose nodes are never given back: without reuse there is no ABA, and a release
// that an acquire reads orders what lies in a node.
#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

struct Node {
  int value;
  Node* next;
};

std::atomic<Node*> g_top{nullptr};

void Push(Node* node) {
  node->next = g_top.load(std::memory_order_relaxed);
  while (!g_top.compare_exchange_weak(node->next, node, std::memory_order_release,
                                      std::memory_order_relaxed)) {
  }
}

Node* Pop() {
  Node* top = g_top.load(std::memory_order_acquire);
  while (top != nullptr && !g_top.compare_exchange_weak(top, top->next, std::memory_order_acquire,
                                                        std::memory_order_acquire)) {
  }
  return top;
}

int Work(int value) {
  Push(new Node{value, nullptr});
  Push(new Node{10 * value, nullptr});
  Node* const popped = Pop();
  return popped == nullptr ? 0 : popped->value;
}

}  // namespace

int main() {
  int sums[2] = {};
  std::thread other([&sums] { sums[1] = Work(1); });
  sums[0] = Work(2);
  other.join();
  int left = 0;
  while (const Node* node = Pop()) left += node->value;
  if (sums[0] + sums[1] + left != 33) std::abort();
}
