# find_package(weir): weir::weir, the executable; weir_target(), a target of your own; and fence::fence,
# the barrier, which lies beside it in the same prefix.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fence CONFIG HINTS "${CMAKE_CURRENT_LIST_DIR}/..")
include("${CMAKE_CURRENT_LIST_DIR}/weirTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/WeirTarget.cmake")
