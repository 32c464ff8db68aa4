// A block is given back while another thread may still read it.
#include <thread>

struct Configuration {
  int limit = 5;
};

int main() {
  auto* const configuration = new Configuration;
  int seen = 0;
  std::thread reader([&] { seen = configuration->limit; });
  delete configuration;
  reader.join();
  return 0;
}
