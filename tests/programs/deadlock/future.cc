// A future whose promise is kept alive and never fulfilled.
#include <future>

int main() {
  std::promise<int> promise;
  return promise.get_future().get();
}
