# find_package(weir): weir::fence, the barrier; weir::weir, the executable; weir_target(), a target
# of your own.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(absl CONFIG)
include("${CMAKE_CURRENT_LIST_DIR}/weirTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/WeirTarget.cmake" OPTIONAL)
