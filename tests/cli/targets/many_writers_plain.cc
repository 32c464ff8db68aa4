// tests/cli/targets/many_writers.h, where an access is a scheduling point as far as it matters.
// memory points
#include "sim/weir.h"
#include "tests/cli/targets/many_writers.h"

WEIR_RACE_SUPPRESSED("*");

int main() { ManyWriters<int>::Run(); }
