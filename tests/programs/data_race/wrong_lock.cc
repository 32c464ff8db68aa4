// exam: wrong lock
// One counter, two mutexes: each thread locks, and nobody keeps the other out.
#include <mutex>
#include <thread>

namespace {

std::mutex g_accounts;
std::mutex g_log;
long g_balance = 0;

void Deposit() {
  const std::lock_guard lock(g_accounts);
  g_balance += 10;
}

void Correct() {
  const std::lock_guard lock(g_log);
  g_balance -= 1;
}

}  // namespace

int main() {
  std::thread clerk(Deposit);
  std::thread auditor(Correct);
  clerk.join();
  auditor.join();
  return g_balance == 9 ? 0 : 1;
}
