// tests/cli/targets/many_writers.h, where each access is a scheduling point.
#include <atomic>

#include "tests/cli/targets/many_writers.h"

int main() { ManyWriters<std::atomic<int>>::Run(); }
