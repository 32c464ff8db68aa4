# Install: find_package(weir) gives weir::fence, the executable weir::weir and weir_target().
set(package "${CMAKE_INSTALL_LIBDIR}/cmake/weir")

get_target_property(fence_type fence TYPE)
if(NOT fence_type STREQUAL INTERFACE_LIBRARY)
  target_include_directories(fence INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/weir>")
endif()
install(TARGETS fence EXPORT weir)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/fence" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/weir/src"
        FILES_MATCHING PATTERN "*.h")

if(WEIR_SIM AND WEIR_ENGINE)
  install(TARGETS weir_target_headers EXPORT weir)
  install(FILES "${PROJECT_SOURCE_DIR}/sim/weir.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/weir/sim")
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/WeirTarget.cmake" DESTINATION "${package}")
endif()
if(TARGET weir)
  install(TARGETS weir EXPORT weir)
endif()
if(TARGET weir_target_fence)
  install(TARGETS weir_target_fence LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/weir/targets")
endif()

install(EXPORT weir NAMESPACE weir:: DESTINATION "${package}" FILE weirTargets.cmake)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/weirConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/weirConfig.cmake"
              "${CMAKE_BINARY_DIR}/weirConfigVersion.cmake" DESTINATION "${package}")
