# find_package(fence): fence::fence, barriers between processes; #include "fence/process.h".
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(absl CONFIG)
include("${CMAKE_CURRENT_LIST_DIR}/fenceTargets.cmake")
