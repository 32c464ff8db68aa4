// exam: ABA on a Treiber stack
// Nodes are used again as soon as they are popped. Who was stopped between reading a node's
// successor and the exchange finds the same node at the top again, with another one below it:
//
//   slow                            quick (stack: A B)
//   top = A, next = B
//                                   pops A, pops B, pushes A
//   exchange A for B: succeeds                                  (B is in use, and in the stack)
#include <atomic>
#include <cassert>
#include <thread>

namespace {

struct Node {
  std::atomic<Node*> next{nullptr};
  std::atomic<int> owners{0};  // who has popped it and not pushed it again
};

Node g_nodes[2];
std::atomic<Node*> g_top{nullptr};

void Push(Node* node) {
  node->owners.fetch_sub(1);
  Node* top = g_top.load();
  do {
    node->next.store(top);
  } while (!g_top.compare_exchange_weak(top, node));
}

Node* Pop() {
  Node* top = g_top.load();
  while (top != nullptr && !g_top.compare_exchange_weak(top, top->next.load())) {
  }
  if (top != nullptr) assert(top->owners.fetch_add(1) == 0);
  return top;
}

}  // namespace

int main() {
  for (Node& node : g_nodes) {
    node.owners = 1;
    Push(&node);
  }
  std::thread slow([] {
    Pop();
    Pop();
  });
  Node* const first = Pop();
  Node* const second = Pop();
  if (first != nullptr) Push(first);
  slow.join();
  (void)second;
  return 0;
}
