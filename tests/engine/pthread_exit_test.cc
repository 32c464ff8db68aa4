// pthread_exit unwinds with the target's libgcc_s, if it has one.
#include <dlfcn.h>

#include "tests/engine/harness.h"

namespace {
int g_searches = 0;  // for a library that is loaded already
}  // namespace

// weir's own, as this executable links it.
extern "C" void* dlopen(const char* file, int mode) {
  using Real = void* (*)(const char*, int);
  static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "dlopen"));
  if ((mode & RTLD_NOLOAD) != 0) ++g_searches;
  return real(file, mode);
}

namespace weir::sim {
namespace {

// A search that finds nothing opens two files: with one for each thread that ends, the 26 threads
// of such a program cost 44 times what they do otherwise.
TEST(PthreadExit, AsksOnceForALibraryThatIsNotThere) {
  Simulation simulation("engine/targets/without_libgcc");
  ASSERT_TRUE(simulation.ready());
  simulation.ExpectAll(20, VerdictKind::kPass);
  EXPECT_EQ(g_searches, 1);
}

}  // namespace
}  // namespace weir::sim
