# ctest: GoogleTest binaries, native runs of the passing programs, checks of the tree and of the binaries.

function(weir_tests)
  include(GoogleTest)
  weir_build_tests()
  weir_gtests(fence fence)
  if(WEIR_SIM)
    weir_gtests(schedule weir_schedule)
    weir_gtests(minimize weir_minimize)
    weir_gtests(view weir_view)
    if(WEIR_ENGINE)
      foreach(room engine posix strategy fault verdict campaign scenario cli)
        weir_gtests(${room})
      endforeach()
      weir_native_programs()
    endif()
  endif()
endfunction()

# weir_gtests(ROOM [LIBRARY]): one test binary, ROOM_NAME_test, for each tests/ROOM/NAME_test.cc. Other .cc files
# in that folder are helpers, linked into each. Without a LIBRARY the test is a host: it can run targets.
function(weir_gtests room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${room}/*.cc")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(helpers ${sources})
  list(FILTER helpers EXCLUDE REGEX "_test\\.cc$")
  foreach(source IN LISTS tests)
    get_filename_component(name "${source}" NAME_WE)
    set(test ${room}_${name})
    add_executable(${test} "${source}" ${helpers})
    if(ARGC GREATER 1)
      weir_compile_options(${test})
      target_link_libraries(${test} PRIVATE ${ARGV1})
    else()
      weir_host(${test})
    endif()
    # Tests find weir, targets and files by these, from any directory.
    target_compile_definitions(${test} PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               WEIR_BINARY_DIR="${CMAKE_BINARY_DIR}")
    target_link_libraries(${test} PRIVATE GTest::gmock GTest::gtest_main)
    # PRE_TEST: ask the binary for its tests when ctest runs, not when it is built.
    gtest_discover_tests(${test} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
  endforeach()
endfunction()

# What passes in simulation must pass natively too: the same program, compiled and run as always. A first line with
# `// simulation only` leaves a program out (it uses sim/weir.h, or sleeps for hours).
function(weir_native_programs)
  file(GLOB programs CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/programs/pass/*.cc")
  foreach(program IN LISTS programs)
    get_filename_component(name "${program}" NAME_WE)
    file(STRINGS "${program}" first_line LIMIT_COUNT 1)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${program}")
    if(first_line MATCHES "// simulation only")
      continue()
    endif()
    add_executable(native_${name} "${program}")
    target_compile_options(native_${name} PRIVATE ${WEIR_WARNINGS})
    target_include_directories(native_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(native_${name} PRIVATE Threads::Threads)
    set_target_properties(native_${name} PROPERTIES OUTPUT_NAME "${name}" RUNTIME_OUTPUT_DIRECTORY
                                                                        "${CMAKE_BINARY_DIR}/native")
    add_test(NAME native.${name} COMMAND native_${name})
    set_tests_properties(native.${name} PROPERTIES TIMEOUT 60)
  endforeach()
endfunction()

# The build's own promises: directions of includes, what is linked and exported, patches, GCC, the package.
function(weir_build_tests)
  set(folder "${PROJECT_SOURCE_DIR}/tests/build")
  add_test(NAME build.includes_run_one_way COMMAND "${PROJECT_SOURCE_DIR}/scripts/check")
  add_test(NAME build.each_include_rule_can_fail COMMAND "${PROJECT_SOURCE_DIR}/scripts/check" --self-test)

  if(NOT (WEIR_SIM AND WEIR_ENGINE))
    return()
  endif()
  add_test(NAME build.a_stale_patch_is_an_error
           COMMAND ${CMAKE_COMMAND} -DSOURCE=${folder}/stale_patch
                   -DCOPY=${CMAKE_BINARY_DIR}/Testing/stale_patch -DPATCH=${folder}/stale_patch/bug.patch -P
                   "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake")
  set_tests_properties(build.a_stale_patch_is_an_error PROPERTIES PASS_REGULAR_EXPRESSION
                                                                 "bug.patch does not apply to src/fence any more")

  if(TARGET weir)
    add_test(NAME build.binaries COMMAND "${folder}/binaries" "${CMAKE_BINARY_DIR}")
    add_test(NAME build.the_installed_package_makes_targets COMMAND "${folder}/installed" "${CMAKE_BINARY_DIR}")
    set_tests_properties(build.the_installed_package_makes_targets PROPERTIES TIMEOUT 300)
  endif()

  # fence is for any compiler: the same sources and tests with GCC, in a build tree of their own.
  find_program(WEIR_GCC NAMES g++)
  get_target_property(fence_type fence TYPE)
  if(WEIR_GCC AND NOT fence_type STREQUAL INTERFACE_LIBRARY AND CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo)
    add_test(NAME build.fence_with_gcc
             COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test "${PROJECT_SOURCE_DIR}"
                     "${CMAKE_BINARY_DIR}/gcc" --build-generator Ninja --build-options
                     -DCMAKE_CXX_COMPILER=${WEIR_GCC} -DWEIR_SIM=OFF --test-command ${CMAKE_CTEST_COMMAND}
                     --output-on-failure --no-tests=error)
    cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
    set_tests_properties(build.fence_with_gcc PROPERTIES TIMEOUT 900 PROCESSORS 2 ENVIRONMENT
                                                                     CMAKE_BUILD_PARALLEL_LEVEL=${cores})
  endif()
endfunction()
