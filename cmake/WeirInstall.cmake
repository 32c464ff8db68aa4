# Install: find_package(weir) gives fence (weir::fence) and weir_target().
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(config "${CMAKE_INSTALL_LIBDIR}/cmake/weir")

if(TARGET weir)
  install(TARGETS weir)
endif()
if(TARGET weir_target_fence)
  install(TARGETS weir_target_fence LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/weir")
endif()
