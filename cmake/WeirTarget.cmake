# weir_target(NAME SOURCES … [LIBRARIES …] [INCLUDES …] [OPTIONS …] [TEXT_ADDRESS 0x…]
#             [VOLATILE | MEMORY] [COVERAGE] [REGRESSIONS folder])
#
# Compiles ordinary C++ a second time, for simulation: makes ${CMAKE_BINARY_DIR}/targets/NAME.so,
# which `weir --target=…` loads. The CMake target is called weir_target_NAME (a / in NAME is an _
# there), so that the production library may keep the name. Needs clang++.
#
# SOURCES       the sources, or $<TARGET_OBJECTS:…> of a weir_target_objects()
# LIBRARIES     what to link. It is not instrumented: its calls are seen, its atomics are not
# INCLUDES      include directories; "sim/weir.h" is found without
# OPTIONS       further compiler options
# TEXT_ADDRESS  where it is loaded, default 0x210000000000 (one target is loaded at a time)
# VOLATILE      accesses to volatile objects are scheduling points, too
# MEMORY        all loads and stores are, where threads share what one of them writes; and data races
#               are found (docs/how-it-works.md)
# COVERAGE      counts what is executed, for libFuzzer; WEIR_COVERAGE does so for all targets
# REGRESSIONS   folder of *.weir.json that `weir fuzz` replays first
#
# A target that is linked with GoogleTest has its TESTs as scenarios (`weir gtest`).
#
# weir-c++ does the same without CMake, by these lists (WeirWrapper.cmake).

# What a user's own options may override. An uninitialised variable holds a fixed pattern, and not
# what weir's own calls have left on the stack, which differs between a search and its repetition.
set(WEIR_TARGET_DEFAULTS -O2 -g -fno-omit-frame-pointer -ftrivial-auto-var-init=pattern)
# -fsanitize=thread here is an ABI: every atomic becomes a call (__tsan_atomic32_load, …), which
# weir defines. ThreadSanitizer's runtime is never linked.
set(WEIR_TARGET_OPTIONS
    "SHELL:-include sim/weak_compare.h"
    -fPIC -fsanitize=thread -ffile-compilation-dir=.
    "SHELL:-mllvm -tsan-instrument-func-entry-exit=0")
# Points are atomics and calls; no other access.
set(WEIR_TARGET_ACCESSES_
    "SHELL:-mllvm -tsan-instrument-memory-accesses=0"
    "SHELL:-mllvm -tsan-instrument-memintrinsics=0")
set(WEIR_TARGET_ACCESSES_VOLATILE
    "SHELL:-mllvm -tsan-instrument-memory-accesses=1"
    "SHELL:-mllvm -tsan-distinguish-volatile=1"
    "SHELL:-mllvm -tsan-instrument-memintrinsics=0")
# A read that a write of the same place follows is told, too: others may run between the two. The pass
# leaves out an object on the stack whose address it does not see leave the function, and looks for
# that at the member that is accessed alone: a lambda has the address of the whole object. With no uses
# to look at it leaves out none.
set(WEIR_TARGET_ACCESSES_MEMORY
    "SHELL:-mllvm -tsan-instrument-memory-accesses=1"
    "SHELL:-mllvm -capture-tracking-max-uses-to-explore=0"
    "SHELL:-mllvm -tsan-instrument-read-before-write=1"
    "SHELL:-mllvm -tsan-instrument-memintrinsics=1")
# The kinds are named: -fsanitize=fuzzer-no-link would add stack-depth tracking. No trace-cmp: it feeds
# mutators of bytes, and inputs here are mutated as schedules.
set(WEIR_TARGET_COVERAGE -fsanitize-coverage=inline-8bit-counters,pc-table)
if(WEIR_COVERAGE)
  list(APPEND WEIR_TARGET_OPTIONS ${WEIR_TARGET_COVERAGE})
endif()

set(WEIR_TARGET_LINK_OPTIONS
    # bfd, because lld refuses -Ttext-segment for a shared object.
    -fuse-ld=bfd
    # What the host defines stays undefined here; all of it is bound when the target is loaded, not
    # during a run.
    LINKER:-z,now LINKER:--as-needed
    # The target's own names win over weir's and libc's, as in a program (sim/posix/target_scope.h).
    LINKER:-Bsymbolic
    # The schedule file names the build it was made with.
    LINKER:--build-id=sha1
    # Nothing in a shared object asks for it, so that it would stay in an archive (libgtest_main.a).
    LINKER:-u,main)
# What was asked for: with VOLATILE the pass tells of plain accesses all the same, and the loader must
# know that they do not count.
set(WEIR_TARGET_LINK_VOLATILE LINKER:--defsym=weir_points_volatile=1)
set(WEIR_TARGET_LINK_MEMORY LINKER:--defsym=weir_points_memory=1)
# A fixed one, so that an execution does not depend on where ASLR puts the target.
set(WEIR_TARGET_TEXT_ADDRESS 0x210000000000)

function(weir_target_check_compiler)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "weir_target needs clang++, found ${CMAKE_CXX_COMPILER_ID}")
  endif()
endfunction()

# Compiles for simulation. Paths in debug information and __FILE__ are relative to the project
# (prefixes in ROOTS are cut off): the same source gives the same failure signature and build id in
# every checkout.
function(weir_target_compile target)
  cmake_parse_arguments(ARG "" "ACCESSES" "ROOTS;LIBRARIES;INCLUDES;OPTIONS" ${ARGN})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE ${WEIR_TARGET_DEFAULTS} ${WEIR_TARGET_OPTIONS}
                                           ${WEIR_TARGET_ACCESSES_${ARG_ACCESSES}})
  foreach(root IN LISTS ARG_ROOTS)
    target_compile_options(${target} PRIVATE "-ffile-prefix-map=${root}/=")
  endforeach()
  target_compile_options(${target} PRIVATE ${ARG_OPTIONS})
  target_include_directories(
    ${target} PRIVATE $<TARGET_PROPERTY:weir::target_shadow,INTERFACE_INCLUDE_DIRECTORIES>
                      ${ARG_INCLUDES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES} weir::target_headers)
endfunction()

# Sets `accesses` in the caller's scope, from the keywords that it was given.
macro(weir_target_accesses name)
  if(ARG_VOLATILE AND ARG_MEMORY)
    message(FATAL_ERROR "weir_target(${name}): VOLATILE and MEMORY exclude each other")
  endif()
  set(accesses "")
  if(ARG_VOLATILE)
    set(accesses ACCESSES VOLATILE)
  elseif(ARG_MEMORY)
    set(accesses ACCESSES MEMORY)
  endif()
endmacro()

# weir_target_objects(NAME SOURCES … [LIBRARIES …] [INCLUDES …] [OPTIONS …] [ROOTS …]
#                     [VOLATILE | MEMORY])
#
# An OBJECT library compiled for simulation, for what several targets have in common.
function(weir_target_objects name)
  cmake_parse_arguments(ARG "VOLATILE;MEMORY" "" "SOURCES;ROOTS;LIBRARIES;INCLUDES;OPTIONS" ${ARGN})
  weir_target_check_compiler()
  weir_target_accesses(${name})
  add_library(${name} OBJECT ${ARG_SOURCES})
  weir_target_compile(${name} ${accesses} ROOTS ${ARG_ROOTS} "${PROJECT_SOURCE_DIR}" LIBRARIES ${ARG_LIBRARIES}
                      INCLUDES ${ARG_INCLUDES} OPTIONS ${ARG_OPTIONS})
endfunction()

function(weir_target name)
  cmake_parse_arguments(ARG "VOLATILE;MEMORY;COVERAGE" "TEXT_ADDRESS;REGRESSIONS" "SOURCES;ROOTS;LIBRARIES;INCLUDES;OPTIONS" ${ARGN})
  weir_target_check_compiler()
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
    message(FATAL_ERROR "weir_target(NAME SOURCES … [LIBRARIES …] [INCLUDES …] [OPTIONS …] "
                        "[TEXT_ADDRESS 0x…] [VOLATILE | MEMORY] [COVERAGE] [REGRESSIONS folder]): no sources, or unknown: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  weir_target_accesses(${name})
  if(ARG_COVERAGE)
    list(APPEND ARG_OPTIONS ${WEIR_TARGET_COVERAGE})
  endif()
  if(NOT ARG_TEXT_ADDRESS)
    set(ARG_TEXT_ADDRESS ${WEIR_TARGET_TEXT_ADDRESS})
  endif()

  string(REPLACE "/" "_" target "weir_target_${name}")
  get_filename_component(file "${name}" NAME)
  get_filename_component(folder "${name}" DIRECTORY)
  add_library(${target} MODULE ${ARG_SOURCES})
  weir_target_compile(${target} ${accesses} ROOTS ${ARG_ROOTS} "${PROJECT_SOURCE_DIR}" LIBRARIES ${ARG_LIBRARIES}
                      INCLUDES ${ARG_INCLUDES} OPTIONS ${ARG_OPTIONS})
  target_link_options(${target} PRIVATE ${WEIR_TARGET_LINK_OPTIONS}
                      "LINKER:-Ttext-segment=${ARG_TEXT_ADDRESS}")
  if(ARG_VOLATILE)
    target_link_options(${target} PRIVATE ${WEIR_TARGET_LINK_VOLATILE})
  elseif(ARG_MEMORY)
    target_link_options(${target} PRIVATE ${WEIR_TARGET_LINK_MEMORY})
  endif()
  set_target_properties(
    ${target} PROPERTIES PREFIX "" SUFFIX .so OUTPUT_NAME "${file}"
    CXX_VISIBILITY_PRESET default # main is exported
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/targets/${folder}")
  if(ARG_REGRESSIONS)
    get_filename_component(regressions "${ARG_REGRESSIONS}" ABSOLUTE)
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/targets/${folder}")
    file(CREATE_LINK "${regressions}" "${CMAKE_BINARY_DIR}/targets/${name}.regressions" SYMBOLIC)
  endif()
endfunction()
