# The targets of this repository: the shipped barrier, the bugs, the programs of the tests.

# What the sources of this repository get beside weir_target's own flags.
set(WEIR_OWN_TARGET INCLUDES "${PROJECT_SOURCE_DIR}" OPTIONS ${WEIR_WARNINGS})
# Debian's Abseil archives are not position independent (R_X86_64_TPOFF32 in cordz), so targets use the shared ones.
set(WEIR_FENCE_LIBRARIES absl::status absl::statusor absl::strings Threads::Threads)

# targets/fence.so and one targets/bug-NN-name.so for each corpus/bugs/NN-name/bug.patch.
function(weir_shipped_targets)
  file(GLOB_RECURSE fence CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/fence/*.cc")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/fence/*.h")
  file(GLOB_RECURSE scenarios CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/sim/scenario/*.cc")
  file(GLOB patches CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/corpus/bugs/*/bug.patch")
  if(NOT fence)
    return()
  endif()
  weir_target(fence SOURCES ${fence} ${scenarios} LIBRARIES ${WEIR_FENCE_LIBRARIES} ${WEIR_OWN_TARGET})
  foreach(patch IN LISTS patches)
    get_filename_component(folder "${patch}" DIRECTORY)
    get_filename_component(name "${folder}" NAME)
    weir_bug(${name})
  endforeach()
endfunction()

# weir_bug(NN-name): targets/bug-NN-name.so from src/fence with corpus/bugs/NN-name/bug.patch applied, and the
# scenarios. Uses fence, headers and scenarios of the caller. A patch that no longer applies fails the build.
function(weir_bug name)
  set(patch "${PROJECT_SOURCE_DIR}/corpus/bugs/${name}/bug.patch")
  set(copy "${CMAKE_BINARY_DIR}/bugs/${name}")
  set(patched ${fence} ${headers})
  list(TRANSFORM patched REPLACE "^${PROJECT_SOURCE_DIR}/" "${copy}/")

  # The copy is made anew when a source or the patch changes; files that come out equal keep their time.
  add_custom_command(
    OUTPUT ${patched}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DCOPY=${copy} -DPATCH=${patch} -P
            "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake"
    DEPENDS ${fence} ${headers} "${patch}" "${PROJECT_SOURCE_DIR}/cmake/ApplyBugPatch.cmake"
    COMMENT "Applying corpus/bugs/${name}/bug.patch"
    VERBATIM)

  set(sources ${patched})
  list(FILTER sources INCLUDE REGEX "\\.cc$")
  weir_target(bug-${name} SOURCES ${sources} ${scenarios} ROOTS "${copy}" LIBRARIES ${WEIR_FENCE_LIBRARIES}
              INCLUDES "${copy}" "${PROJECT_SOURCE_DIR}" OPTIONS ${WEIR_WARNINGS})
endfunction()

# targets/programs/VERDICT/NAME.so for each tests/programs/VERDICT/NAME.cc.
function(weir_program_targets)
  file(GLOB programs CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/programs/*/*.cc")
  foreach(program IN LISTS programs)
    file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}/tests" "${program}")
    string(REGEX REPLACE "\\.cc$" "" name "${name}")
    weir_target(${name} SOURCES "${program}" LIBRARIES Threads::Threads ${WEIR_OWN_TARGET})
  endforeach()
endfunction()
