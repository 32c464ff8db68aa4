// main throws, and nobody catches.
#include <stdexcept>

int main() { throw std::runtime_error("from main"); }
