# libFuzzer's fuzzers, from fuzz/NAME_fuzzer.cc.
#
# By hand, with what it finds kept in a folder of one's own; corpus/NAME has the seeds:
#
#   cmake --preset fuzz && cmake --build --preset fuzz
#   build/fuzz/barrier_schedule_fuzzer FOLDER corpus/barrier_schedule

function(weir_fuzzers)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR WEIR_SANITIZE)
    return() # they have sanitizers of their own, and need not run once more in a build within the build
  endif()
  file(GLOB seeds CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/corpus/segment/*")
  list(FILTER seeds EXCLUDE REGEX "/README.md$")
  weir_fuzzer(
    segment FOLDERS src/fence fuzz/segment LIBRARIES ${fence_libraries} SEEDS ${seeds}
    OPTIONS -max_len=256)
  if(WEIR_SIM)
    file(GLOB seeds CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/corpus/schedule_file/*")
    get_target_property(contracts weir_contracts SOURCES)
    weir_fuzzer(
      schedule_file FOLDERS sim/schedule SOURCES ${contracts} LIBRARIES weir::absl weir::headers
      SEEDS ${seeds} OPTIONS -max_len=8192)
    weir_sim_definitions(schedule_file_fuzzer)
    if(WEIR_ENGINE AND NOT WEIR_TARGETS_OF)
      weir_schedule_fuzzers()
    endif()
  endif()
endfunction()

# barrier_schedule_fuzzer and target_fuzzer. What they fuzz is a target, which has its own coverage
# (WEIR_COVERAGE: the preset fuzz), so they themselves are compiled as weir is.
function(weir_schedule_fuzzers)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/fuzz/schedule/*.cc")
  add_library(weir_schedule_fuzzing STATIC ${sources})
  weir_compile_options(weir_schedule_fuzzing)
  target_link_libraries(weir_schedule_fuzzing PUBLIC weir_campaign)
  foreach(name barrier_schedule target)
    add_executable(${name}_fuzzer "${PROJECT_SOURCE_DIR}/fuzz/${name}_fuzzer.cc")
    weir_host(${name}_fuzzer)
    target_link_libraries(${name}_fuzzer PRIVATE weir_schedule_fuzzing)
    target_link_options(${name}_fuzzer PRIVATE -fsanitize=fuzzer)
  endforeach()
endfunction()

# weir_fuzzer(NAME [FOLDERS …] [SOURCES …] [LIBRARIES …] SEEDS … [OPTIONS …])
#
# NAME_fuzzer of fuzz/NAME_fuzzer.cc and what it fuzzes: the .cc files in the FOLDERS, and SOURCES,
# compiled once more with coverage and sanitizers, so it is of `all` only with WEIR_COVERAGE. fuzz.NAME_build builds it,
# fuzz.NAME_smoke runs it for a moment with the SEEDS, a fixed seed and the OPTIONS.
function(weir_fuzzer name)
  cmake_parse_arguments(FUZZER "" "" "FOLDERS;SOURCES;LIBRARIES;SEEDS;OPTIONS" ${ARGN})
  set(fuzzer ${name}_fuzzer)
  set(sanitizers -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
                 -fno-omit-frame-pointer)
  set(sources "${PROJECT_SOURCE_DIR}/fuzz/${fuzzer}.cc" ${FUZZER_SOURCES})
  foreach(folder IN LISTS FUZZER_FOLDERS)
    file(GLOB more CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cc")
    list(APPEND sources ${more})
  endforeach()
  add_executable(${fuzzer} ${sources})
  target_precompile_headers(${fuzzer} PRIVATE ${WEIR_COSTLY_HEADERS})
  if(NOT WEIR_COVERAGE)
    set_target_properties(${fuzzer} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  weir_compile_options(${fuzzer})
  target_compile_options(${fuzzer} PRIVATE ${sanitizers})
  target_link_options(${fuzzer} PRIVATE ${sanitizers})
  target_link_libraries(${fuzzer} PRIVATE ${FUZZER_LIBRARIES})

  # By name and not by folder, where libFuzzer would write what it keeps.
  list(JOIN FUZZER_SEEDS "," seeds)
  add_test(NAME fuzz.${name}_build COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target
                                           ${fuzzer})
  set_tests_properties(fuzz.${name}_build PROPERTIES TIMEOUT 300 FIXTURES_SETUP ${fuzzer}
                                                     RESOURCE_LOCK build_tree)
  add_test(NAME fuzz.${name}_smoke
           COMMAND ${fuzzer} -runs=3000 -seed=1 -timeout=20 -detect_leaks=0 ${FUZZER_OPTIONS}
                   "-artifact_prefix=${CMAKE_BINARY_DIR}/Testing/" "-seed_inputs=${seeds}")
  set_tests_properties(fuzz.${name}_smoke PROPERTIES TIMEOUT 120 FIXTURES_REQUIRED ${fuzzer}
                                                     LABELS fuzz_tests)
endfunction()
