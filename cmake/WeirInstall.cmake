# Install: find_package(weir) gives the executable weir::weir and weir_target(), and finds the package
# fence (FenceInstall). Component weir. A build without the engine has no such package.
if(NOT (WEIR_SIM AND WEIR_ENGINE AND TARGET weir))
  return()
endif()
set(package "${CMAKE_INSTALL_LIBDIR}/cmake/weir")

install(TARGETS weir weir_target_headers weir_target_shadow EXPORT weir COMPONENT weir)
install(FILES "${PROJECT_SOURCE_DIR}/sim/weir.h" "${PROJECT_SOURCE_DIR}/sim/weak_compare.h"
        "${PROJECT_SOURCE_DIR}/sim/oracles.h" "${PROJECT_SOURCE_DIR}/sim/explore.h"
        "${PROJECT_SOURCE_DIR}/sim/abseil_orders.h" "${PROJECT_SOURCE_DIR}/sim/boost_fiber_orders.h"
        "${PROJECT_SOURCE_DIR}/sim/urcu_orders.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/weir/sim"
        COMPONENT weir)
install(FILES "${PROJECT_SOURCE_DIR}/sim/shadow/gtest/gtest.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/weir/sim/shadow/gtest" COMPONENT weir)
install(TARGETS weir_entry ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/weir" COMPONENT weir)
install(PROGRAMS "${CMAKE_BINARY_DIR}/installed/weir-c++" TYPE BIN COMPONENT weir)
if(TARGET weir_target_fence)
  install(TARGETS weir_target_fence LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/weir/targets"
          COMPONENT weir)
endif()

install(EXPORT weir NAMESPACE weir:: DESTINATION "${package}" FILE weirTargets.cmake COMPONENT weir)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/weirConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/weirConfig.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/WeirTarget.cmake"
              "${CMAKE_BINARY_DIR}/weirConfigVersion.cmake" DESTINATION "${package}"
        COMPONENT weir)
