# ctest: GoogleTest binaries, native runs of the passing programs, checks of the tree and of the
# binaries.

function(weir_tests)
  include(GoogleTest)
  include(WeirFuzzers)
  weir_build_tests()
  weir_model_tests()
  if(WEIR_SANITIZE STREQUAL "THREAD")
    weir_thread_sanitizer_tests()
  endif()
  weir_gtests(fence fence)
  weir_fuzzers()
  if(TARGET fence-repro)
    weir_gtests(tools fence)
    add_dependencies(tools_tests fence-repro fence-shm)
  endif()
  if(WEIR_SIM)
    foreach(room schedule minimize view strategy fault)
      weir_gtests(${room} weir_${room})
    endforeach()
    if(WEIR_ENGINE)
      foreach(room engine posix verdict campaign scenario cli)
        weir_gtests(${room})
      endforeach()
      if(TARGET weir_schedule_fuzzing)
        weir_gtests(fuzz weir_schedule_fuzzing)
      endif()
      # What they load.
      if(NOT WEIR_TARGETS_OF)
        get_property(targets GLOBAL PROPERTY weir_targets_of_engine_tests)
        add_dependencies(engine_tests ${targets})
        add_dependencies(scenario_tests weir_target_fence weir_target_bug-12-lost-notification
                         weir_target_bug-13-publish-at-fetch)
      endif()
      weir_native_programs()
    endif()
  endif()
endfunction()

# weir_gtests(ROOM [LIBRARY]): one test binary, ROOM_NAME_test, for each tests/ROOM/NAME_test.cc.
# Other .cc files in that folder are helpers, compiled once and linked into each; those in its folder
# targets/ are not, they are what a test loads (weir_program_targets). With a LIBRARY the test is
# linked with that alone; without one it is a host, which can run targets.
function(weir_gtests room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${room}/*.cc")
  list(FILTER sources EXCLUDE REGEX "/targets/")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(WEIR_SANITIZE)
    # It forbids system calls, and a sanitizer makes some of its own.
    list(FILTER tests EXCLUDE REGEX "/send_path_test\\.cc$")
  endif()
  if(WEIR_SANITIZE STREQUAL "THREAD")
    # It writes into memory behind everybody's back, which is a race.
    list(FILTER tests EXCLUDE REGEX "/corruption_test\\.cc$")
  endif()
  set(helpers ${sources})
  list(FILTER helpers EXCLUDE REGEX "_test\\.cc$")
  set(first "")
  add_custom_target(${room}_tests)
  if(helpers)
    add_library(${room}_helpers OBJECT ${helpers})
    weir_gtest_options(${room}_helpers ${ARGN})
  endif()
  foreach(source IN LISTS tests)
    get_filename_component(name "${source}" NAME_WE)
    set(test ${room}_${name})
    add_executable(${test} "${source}")
    add_dependencies(${room}_tests ${test})
    weir_gtest_options(${test} ${ARGN})
    if(helpers)
      target_link_libraries(${test} PRIVATE ${room}_helpers)
    endif()
    # But for the test that one object can lie at two addresses.
    if(TARGET one_mapping AND NOT test STREQUAL fence_segment_test)
      target_link_libraries(${test} PRIVATE one_mapping)
    endif()
    # GoogleTest's headers are most of what a test costs to compile.
    if(first)
      target_precompile_headers(${test} REUSE_FROM ${first})
    else()
      set(first ${test})
      target_precompile_headers(${test} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${WEIR_COSTLY_HEADERS})
      if(room STREQUAL "cli")
        target_precompile_headers(${test} PRIVATE <nlohmann/json.hpp>)
      endif()
    endif()
    # PRE_TEST asks the binary for its tests when ctest runs, not when it is built. A printed
    # parameter may hold addresses, and a test's name must be the same in each run.
    gtest_discover_tests(${test} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                         PROPERTIES TIMEOUT 300 LABELS ${room}_tests)
  endforeach()
endfunction()

# How a test or its helpers are compiled and linked. With a LIBRARY, with that alone.
function(weir_gtest_options target)
  # What these rooms' tests cost is their compilation, which this halves: they run for milliseconds,
  # or wait for weir.
  if(target MATCHES "^(cli|campaign|schedule|view)_")
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(ARGC GREATER 1)
    weir_compile_options(${target})
    target_link_libraries(${target} PRIVATE ${ARGV1})
  else()
    weir_host(${target})
  endif()
  # Tests find weir, targets and files by these, from any directory.
  target_compile_definitions(${target} PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               WEIR_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${target} PRIVATE GTest::gmock GTest::gtest_main)
endfunction()

# ThreadSanitizer sees that members share memory only if they map it at one address; and a race that
# is planted must be reported, or the silence about all else says nothing.
function(weir_thread_sanitizer_tests)
  add_library(one_mapping OBJECT "${PROJECT_SOURCE_DIR}/tests/tsan/one_mapping.cc")
  weir_compile_options(one_mapping)
  target_link_options(one_mapping INTERFACE LINKER:--wrap=mmap,--wrap=munmap)
  add_executable(planted_race "${PROJECT_SOURCE_DIR}/tests/tsan/planted_race.cc")
  weir_compile_options(planted_race)
  target_link_libraries(planted_race PRIVATE fence one_mapping)
  add_test(NAME build.thread_sanitizer_reports_a_planted_race COMMAND planted_race)
  set_tests_properties(build.thread_sanitizer_reports_a_planted_race
                       PROPERTIES PASS_REGULAR_EXPRESSION "WARNING: ThreadSanitizer: data race")
endfunction()

# What passes in simulation must pass natively too: the same program, compiled and run as always. A
# first line with `// simulation only` leaves a program out (it uses sim/weir.h, or sleeps for
# hours).
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
    # libatomic, for atomics wider than a word.
    target_link_libraries(native_${name} PRIVATE Threads::Threads atomic)
    set_target_properties(native_${name} PROPERTIES
                          OUTPUT_NAME "${name}"
                          RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/native")
    add_test(NAME native.${name} COMMAND native_${name})
    set_tests_properties(native.${name} PROPERTIES TIMEOUT 60)
  endforeach()
endfunction()

# The build's own promises: directions of includes, what is linked and exported, patches, GCC, the
# packages.
function(weir_build_tests)
  set(folder "${PROJECT_SOURCE_DIR}/tests/build")
  # In each build: build.fence_with_gcc has GCC's package tested, too.
  add_test(NAME examples.event_loop COMMAND "${folder}/example" $<TARGET_FILE:event_loop>)
  set_tests_properties(examples.event_loop PROPERTIES TIMEOUT 60)
  if(WEIR_INSTALL AND FENCE_TOOLS AND NOT WEIR_SANITIZE)
    add_test(NAME build.installed_fence COMMAND "${folder}/installed_fence" "${CMAKE_BINARY_DIR}")
    set_tests_properties(build.installed_fence PROPERTIES TIMEOUT 300)
  endif()
  if(NOT (WEIR_SIM AND WEIR_ENGINE))
    return()
  endif()
  set(check "${PROJECT_SOURCE_DIR}/scripts/check")
  add_test(NAME build.includes_run_one_way COMMAND "${check}")
  add_test(NAME build.each_include_rule_can_fail COMMAND "${check}" --self-test)
  add_test(NAME build.the_exam_measures_bugs
           COMMAND "${PROJECT_SOURCE_DIR}/scripts/exam" --weir $<TARGET_FILE:weir> --bugs 17
                   --strategies portfolio --trials 2 --cap 1000)
  set_tests_properties(build.the_exam_measures_bugs
                       PROPERTIES PASS_REGULAR_EXPRESSION "17-round-erased-by-name . 2/2 .* 0 .")
  add_test(NAME build.a_stale_patch_is_an_error
           COMMAND ${CMAKE_COMMAND} -DSOURCE=${folder}/stale_patch
                   -DCOPY=${CMAKE_BINARY_DIR}/Testing/stale_patch
                   -DPATCH=${folder}/stale_patch/bug.patch
                   -P "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake")
  set_tests_properties(build.a_stale_patch_is_an_error
                       PROPERTIES PASS_REGULAR_EXPRESSION "bug.patch does not apply")

  add_test(NAME build.fence_as_a_subdirectory COMMAND "${folder}/as_subdirectory")
  set_tests_properties(build.fence_as_a_subdirectory PROPERTIES TIMEOUT 300)
  add_test(NAME build.docs_quote_the_example
           COMMAND "${folder}/quoted" "${PROJECT_SOURCE_DIR}/docs/fence.md")
  add_test(NAME build.sources_are_formatted COMMAND "${PROJECT_SOURCE_DIR}/scripts/format" --check)
  if(TARGET weir)
    add_test(NAME build.guards_have_tests COMMAND "${folder}/guards" "${CMAKE_BINARY_DIR}")
    add_test(NAME build.binaries COMMAND "${folder}/binaries" "${CMAKE_BINARY_DIR}")
    set_tests_properties(build.binaries PROPERTIES FIXTURES_REQUIRED
                                                   "segment_fuzzer;schedule_file_fuzzer")
    add_test(NAME build.fuzzers_elsewhere COMMAND "${folder}/fuzzers" "${CMAKE_BINARY_DIR}")
    add_test(NAME build.installed_package COMMAND "${folder}/installed" "${CMAKE_BINARY_DIR}")
    set_tests_properties(build.installed_package PROPERTIES TIMEOUT 300)
    weir_outside_tests()
  endif()

  # fence is for any compiler; what runs without the engine is clean under the sanitizers; and the
  # engine's own assertions hold.
  if(CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo)
    # Without precompiled headers: each file includes what it uses. Nobody debugs this build.
    weir_build_again(build.fence_with_gcc gcc -DCMAKE_CXX_COMPILER=g++ -DWEIR_SIM=OFF
                     -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON)
    weir_build_again(build.fence_with_thread_sanitizer tsan -DCMAKE_CXX_COMPILER=clang++
                     -DWEIR_SIM=OFF -DFENCE_TOOLS=OFF -DWEIR_SANITIZE=THREAD)
    weir_build_again(build.all_but_the_engine_with_sanitizers asan -DCMAKE_CXX_COMPILER=clang++
                     -DCMAKE_BUILD_TYPE=Debug -DWEIR_SANITIZE=ON -DWEIR_ENGINE=OFF)
    weir_build_again(build.engine_with_its_assertions debug -DCMAKE_CXX_COMPILER=clang++
                     -DCMAKE_BUILD_TYPE=Debug -DWEIR_INSTALL=OFF "-DWEIR_TARGETS_OF=${CMAKE_BINARY_DIR}"
                     -DWEIR_PRECOMPILE=OFF TARGET engine_tests)
  endif()
endfunction()

# examples.NAME for each project in examples/, built as an outsider would, from one installation that
# they share.
function(weir_outside_tests)
  if(NOT WEIR_INSTALL OR WEIR_TARGETS_OF)
    return()
  endif()
  set(outside "${PROJECT_SOURCE_DIR}/tests/build/outside")
  set(prefix "${CMAKE_BINARY_DIR}/Testing/installed")
  add_test(NAME examples.installation COMMAND "${outside}" install "${prefix}" "${CMAKE_BINARY_DIR}")
  set_tests_properties(examples.installation PROPERTIES FIXTURES_SETUP weir_installation TIMEOUT 300)
  file(GLOB projects CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*/README.md")
  foreach(readme IN LISTS projects)
    get_filename_component(folder "${readme}" DIRECTORY)
    get_filename_component(name "${folder}" NAME)
    add_test(NAME examples.${name} COMMAND "${outside}" ${name} "${prefix}")
    set_tests_properties(examples.${name} PROPERTIES FIXTURES_REQUIRED weir_installation TIMEOUT 300)
  endforeach()
endfunction()

# The model of fence's protocol, docs/model: model.NAME for each configuration that
# tests/model/check has. Without spin they fail, and say so.
function(weir_model_tests)
  if(NOT (WEIR_SIM AND WEIR_ENGINE))
    return() # the same model in the builds that build.* make
  endif()
  set(check "${PROJECT_SOURCE_DIR}/tests/model/check")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${check}")
  execute_process(COMMAND "${check}" --list OUTPUT_VARIABLE names COMMAND_ERROR_IS_FATAL ANY
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" names "${names}")
  foreach(name IN LISTS names)
    add_test(NAME model.${name} COMMAND "${check}" ${name})
    set_tests_properties(model.${name} PROPERTIES TIMEOUT 300 LABELS model_tests)
  endforeach()
endfunction()

# weir_build_again(NAME FOLDER OPTION… [TARGET ROOM_tests]): a test that builds the repository with
# these options, in a folder of this build tree, and runs the tests of that; or of one room. Label
# slow: `ctest -LE slow` is without.
function(weir_build_again name folder)
  cmake_parse_arguments(AGAIN "" "TARGET" "" ${ARGN})
  set(part "")
  set(which "")
  if(AGAIN_TARGET)
    set(part --build-target ${AGAIN_TARGET})
    set(which -L ${AGAIN_TARGET})
  endif()
  if(NOT TARGET weir_fence_objects)
    return() # no fence yet
  endif()
  # ThreadSanitizer of clang 14 and GCC 12 finds no place for its shadow where the kernel places
  # mappings with more than 28 random bits ("unexpected memory mapping").
  set(launcher "")
  file(STRINGS /proc/sys/vm/mmap_rnd_bits random_bits)
  if(random_bits GREATER 28 AND "-DWEIR_SANITIZE=THREAD" IN_LIST AGAIN_UNPARSED_ARGUMENTS)
    set(launcher setarch -R)
  endif()
  cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
  add_test(NAME ${name}
           COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test "${PROJECT_SOURCE_DIR}"
                   "${CMAKE_BINARY_DIR}/${folder}" --build-generator Ninja ${part} --build-options
                   ${AGAIN_UNPARSED_ARGUMENTS} --test-command ${launcher} ${CMAKE_CTEST_COMMAND}
                   --output-on-failure --no-tests=error --parallel ${cores} ${which})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 PROCESSORS ${cores} LABELS slow
                                          ENVIRONMENT CMAKE_BUILD_PARALLEL_LEVEL=${cores})
endfunction()
