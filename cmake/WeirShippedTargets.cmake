# The targets of this repository: the shipped barrier, the bugs, the programs of the tests, the
# benchmarks.

# A target finds "sim/weir.h" from the root; an installed one among the package's headers.
include(GNUInstallDirs)
add_library(weir_target_headers INTERFACE)
add_library(weir::target_headers ALIAS weir_target_headers)
set_target_properties(weir_target_headers PROPERTIES EXPORT_NAME target_headers)
target_include_directories(
  weir_target_headers INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
                                "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/weir>")
# Headers that a target finds in front of those of the same name.
add_library(weir_target_shadow INTERFACE)
add_library(weir::target_shadow ALIAS weir_target_shadow)
set_target_properties(weir_target_shadow PROPERTIES EXPORT_NAME target_shadow)
target_include_directories(
  weir_target_shadow INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/sim/shadow>"
                               "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/weir/sim/shadow>")

# What the barrier is linked with in simulation. These are the shared ones: Debian's Abseil archives
# are not position independent (R_X86_64_TPOFF32 in cordz_functions, R_X86_64_PC32 to libstdc++ in
# cord).
set(WEIR_FENCE_TARGET LIBRARIES ${fence_libraries} OPTIONS ${WEIR_WARNINGS})

# targets/fence.so, the same with the barrier's memory accesses as targets/fence-memory.so, and one
# targets/bug-NN-name.so for each corpus/bugs/NN-name/bug.patch.
function(weir_fence_targets)
  file(GLOB_RECURSE fence CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/fence/*.cc")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/fence/*.h")
  file(GLOB_RECURSE scenarios CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/sim/scenario/*.cc")
  file(GLOB patches CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/corpus/bugs/*/bug.patch")
  if(NOT fence)
    return()
  endif()
  weir_target_objects(weir_fence_objects SOURCES ${fence} ${scenarios}
                      INCLUDES "${PROJECT_SOURCE_DIR}/src" ${WEIR_FENCE_TARGET})
  weir_target(fence SOURCES $<TARGET_OBJECTS:weir_fence_objects> ${WEIR_FENCE_TARGET}
              REGRESSIONS "${PROJECT_SOURCE_DIR}/corpus/regressions")
  # The scenarios keep their books without synchronisation: nothing else runs between two points, and
  # a lock would be one. So they do not tell of their accesses.
  weir_target(fence-memory
              SOURCES ${fence} $<FILTER:$<TARGET_OBJECTS:weir_fence_objects>,INCLUDE,/sim/scenario/>
              INCLUDES "${PROJECT_SOURCE_DIR}/src" ${WEIR_FENCE_TARGET} MEMORY)
  if(WEIR_TESTS)
    weir_racy_fence_target()
  endif()
  foreach(patch IN LISTS patches)
    get_filename_component(folder "${patch}" DIRECTORY)
    get_filename_component(name "${folder}" NAME)
    weir_bug(${name})
  endforeach()
endfunction()

# targets/cli/targets/relaxed_publication.so: fence-memory with a message that is published before it
# is written, as far as memory orders go. Its test must find that race.
function(weir_racy_fence_target)
  set(source "${PROJECT_SOURCE_DIR}/src/fence/ring.cc")
  set(copy "${CMAKE_BINARY_DIR}/relaxed_publication/ring.cc")
  set(publication "published.store(next_, std::memory_order_release)")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(READ "${source}" text)
  string(FIND "${text}" "${publication}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${source}: expected ${publication}, which a test relaxes")
  endif()
  string(REPLACE "${publication}" "published.store(next_, std::memory_order_relaxed)" text "${text}")
  file(CONFIGURE OUTPUT "${copy}" CONTENT "${text}" @ONLY)
  weir_target(cli/targets/relaxed_publication
              SOURCES "${copy}" $<FILTER:$<TARGET_OBJECTS:weir_fence_objects>,INCLUDE,/sim/scenario/>
                      $<FILTER:$<TARGET_OBJECTS:weir_target_fence-memory>,EXCLUDE,/fence/ring\\.cc\\.o$>
              INCLUDES "${PROJECT_SOURCE_DIR}/src" ${WEIR_FENCE_TARGET} MEMORY)
endfunction()

# weir_bug(NN-name): targets/bug-NN-name.so from src/fence with corpus/bugs/NN-name/bug.patch
# applied, and the scenarios. Uses fence, headers and scenarios of the caller. A patch that no
# longer applies fails the build.
function(weir_bug name)
  set(patch "${PROJECT_SOURCE_DIR}/corpus/bugs/${name}/bug.patch")
  set(copy "${CMAKE_BINARY_DIR}/bugs/${name}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${patch}")

  # The copy is made anew when a source or the patch changes; files that come out equal keep their
  # time.
  weir_patched_files("${patch}" changed)
  set(copied ${fence} ${headers})
  list(TRANSFORM copied REPLACE "^${PROJECT_SOURCE_DIR}/" "${copy}/")
  list(TRANSFORM changed PREPEND "${copy}/" OUTPUT_VARIABLE changed_copies)
  list(APPEND copied ${changed_copies})
  list(REMOVE_DUPLICATES copied)
  add_custom_command(
    OUTPUT ${copied}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DCOPY=${copy} -DPATCH=${patch} -P
            "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake"
    DEPENDS ${fence} ${headers} "${patch}" "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake"
    COMMENT "Applying corpus/bugs/${name}/bug.patch"
    VERBATIM)

  set(sources ${changed})
  list(FILTER sources INCLUDE REGEX "\\.cc$")
  if(sources STREQUAL "${changed}")
    # No header changes, so every other object is the shipped barrier's own.
    list(TRANSFORM sources PREPEND "${copy}/")
    set(objects "$<TARGET_OBJECTS:weir_fence_objects>")
    foreach(file IN LISTS changed)
      string(REPLACE "." "\\." expression "/${file}.o$")
      set(objects "$<FILTER:${objects},EXCLUDE,${expression}>")
    endforeach()
    list(APPEND sources "${objects}")
  else()
    set(sources ${copied})
    list(FILTER sources INCLUDE REGEX "\\.cc$")
    list(APPEND sources ${scenarios})
  endif()
  # `weir fuzz --bug NN` reads there which verdict it has to reach.
  configure_file("${PROJECT_SOURCE_DIR}/corpus/bugs/${name}/README.md"
                 "${CMAKE_BINARY_DIR}/targets/bug-${name}.md" COPYONLY)
  weir_target(bug-${name} SOURCES ${sources} ROOTS "${copy}"
              # Scenarios that are compiled again find the copy's headers.
              INCLUDES "${copy}/src" ${WEIR_FENCE_TARGET})
endfunction()

# Sets RESULT to the files that a patch changes or adds, as paths from the root.
function(weir_patched_files patch result)
  file(STRINGS "${patch}" lines REGEX "^\\+\\+\\+ b/src/fence/")
  list(TRANSFORM lines REPLACE "^\\+\\+\\+ b/([^ \t]+).*" "\\1")
  if(NOT lines)
    message(FATAL_ERROR "${patch} changes nothing in src/fence (expected lines '+++ b/src/fence/…')")
  endif()
  set(${result} ${lines} PARENT_SCOPE)
endfunction()

# targets/programs/VERDICT/NAME.so for each tests/programs/VERDICT/NAME.cc, and targets/ROOM/targets/NAME.so
# for each tests/ROOM/targets/NAME.cc: what a test needs to load, but is no case by itself.
function(weir_program_targets)
  file(GLOB programs CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/programs/*/*.cc"
       "${PROJECT_SOURCE_DIR}/tests/*/targets/*.cc")
  foreach(program IN LISTS programs)
    file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}/tests" "${program}")
    string(REGEX REPLACE "\\.cc$" "" name "${name}")
    weir_program_accesses("${program}" accesses)
    if(name MATCHES "^fuzz/targets/")
      list(APPEND accesses COVERAGE)
    endif()
    file(STRINGS "${program}" gtest REGEX "^#include <gtest/gtest.h>")
    set(libraries Threads::Threads)
    if(gtest AND NOT TARGET GTest::gtest_main)
      continue() # -DWEIR_TESTS=OFF
    elseif(gtest)
      set(libraries GTest::gtest_main)
    endif()
    # Libraries as a distribution ships them.
    file(STRINGS "${program}" abseil REGEX "^#include .absl/synchronization/")
    file(STRINGS "${program}" prebuilt REGEX "^#include .tests/prebuilt/")
    if(abseil)
      list(APPEND libraries absl::synchronization)
    elseif(prebuilt)
      list(APPEND libraries weir_tests_prebuilt)
    endif()
    weir_target(${name} SOURCES "${program}" INCLUDES "${PROJECT_SOURCE_DIR}" LIBRARIES ${libraries}
                OPTIONS ${WEIR_WARNINGS} ${accesses})
    if(name MATCHES "^(engine/targets|programs/pass|programs/livelock|programs/limit)/")
      string(REPLACE "/" "_" target "weir_target_${name}")
      set_property(GLOBAL APPEND PROPERTY weir_targets_of_engine_tests ${target})
    endif()
  endforeach()
  # A library as a distribution would ship it.
  add_library(weir_tests_prebuilt SHARED "${PROJECT_SOURCE_DIR}/tests/prebuilt/prebuilt.cc")
  weir_compile_options(weir_tests_prebuilt)
endfunction()

# Sets RESULT to MEMORY for a program of the folder data_race or with a line `// memory points`, to
# VOLATILE for one with a line `// volatile points`, else to nothing.
function(weir_program_accesses program result)
  file(STRINGS "${program}" marks REGEX "^// (memory|volatile) points$")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${program}")
  set(accesses "")
  if("${program}" MATCHES "/programs/data_race/" OR marks MATCHES "^// memory")
    set(accesses MEMORY)
  elseif(marks)
    set(accesses VOLATILE)
  endif()
  set(${result} ${accesses} PARENT_SCOPE)
endfunction()

# targets/bench.so: what `weir bench` measures. targets/search.so: what search strategies are measured
# with, beside the bugs.
function(weir_bench_targets)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*.cc")
  weir_target(bench SOURCES ${sources} LIBRARIES Threads::Threads OPTIONS ${WEIR_WARNINGS})
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/search/*.cc")
  weir_target(search SOURCES ${sources} LIBRARIES Threads::Threads OPTIONS ${WEIR_WARNINGS})
endfunction()
