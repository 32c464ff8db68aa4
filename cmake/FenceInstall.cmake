# Install: find_package(fence) gives fence::fence; the tools lie in bin. Component fence: the library
# alone is `cmake --install BUILD --component fence`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package "${CMAKE_INSTALL_LIBDIR}/cmake/fence")

target_include_directories(fence INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
install(TARGETS fence EXPORT fence COMPONENT fence)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/fence" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        COMPONENT fence FILES_MATCHING PATTERN "*.h")
if(FENCE_TOOLS)
  install(TARGETS fence-repro fence-shm COMPONENT fence)
endif()

install(EXPORT fence NAMESPACE fence:: DESTINATION "${package}" FILE fenceTargets.cmake
        COMPONENT fence)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/fenceConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/fenceConfig.cmake"
              "${CMAKE_BINARY_DIR}/fenceConfigVersion.cmake" DESTINATION "${package}"
        COMPONENT fence)
