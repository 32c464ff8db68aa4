# weir-c++, the compiler wrapper, with the options that weir_target() has: BUILD/weir-c++ for this
# build, BUILD/installed/weir-c++ to be installed.

# Sets RESULT to the options as words in single quotes, as a shell takes them.
function(weir_words result)
  set(words "")
  foreach(option IN LISTS ARGN)
    if(option MATCHES "^LINKER:(.*)$")
      list(APPEND words "-Wl,${CMAKE_MATCH_1}")
    elseif(option MATCHES "^SHELL:(.*)$")
      separate_arguments(parts UNIX_COMMAND "${CMAKE_MATCH_1}")
      list(APPEND words ${parts})
    else()
      list(APPEND words "${option}")
    endif()
  endforeach()
  list(TRANSFORM words REPLACE "^(.+)$" "'\\1'")
  list(JOIN words " " words)
  set(${result} "${words}" PARENT_SCOPE)
endfunction()

# Sets RESULT to an extended regular expression for what weir defines for its targets beside calls of
# libc: what targets are to find nowhere else. From sim/posix/exports.list.
function(weir_defined_names result)
  set(exports "${PROJECT_SOURCE_DIR}/sim/posix/exports.list")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${exports}")
  file(STRINGS "${exports}" names
       REGEX "^ *(__tsan_|__atomic_|__sanitizer_cov_|weir_|Annotate|WTFAnnotate|RunningOn|ValgrindSlow)")
  list(TRANSFORM names REPLACE "[ ;]" "")
  list(TRANSFORM names REPLACE "\\*" "[a-z0-9_]*")
  list(JOIN names "|" names)
  set(${result} "(${names})" PARENT_SCOPE)
endfunction()

# INCLUDE is where "sim/weir.h" is found, LIBRARY where weir_entry's archive lies, both relative to
# the wrapper.
function(weir_wrapper file include library)
  weir_words(defaults ${WEIR_TARGET_DEFAULTS})
  weir_words(options ${WEIR_TARGET_OPTIONS})
  weir_words(accesses_none ${WEIR_TARGET_ACCESSES_})
  weir_words(accesses_memory ${WEIR_TARGET_ACCESSES_MEMORY})
  weir_words(accesses_volatile ${WEIR_TARGET_ACCESSES_VOLATILE})
  weir_words(coverage ${WEIR_TARGET_COVERAGE})
  weir_words(link ${WEIR_TARGET_LINK_OPTIONS} "LINKER:-Ttext-segment=${WEIR_TARGET_TEXT_ADDRESS}")
  weir_words(link_memory ${WEIR_TARGET_LINK_MEMORY})
  weir_words(link_volatile ${WEIR_TARGET_LINK_VOLATILE})
  weir_defined_names(defined_by_weir)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/weir-c++.in" "${file}" @ONLY
                 FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                  WORLD_READ WORLD_EXECUTE)
endfunction()

function(weir_wrappers)
  include(GNUInstallDirs)
  # What runs when a target is started as a program. Code without libraries.
  add_library(weir_entry STATIC "${PROJECT_SOURCE_DIR}/sim/entry.cc")
  target_compile_options(weir_entry PRIVATE ${WEIR_WARNINGS} -ffreestanding -fPIC -fno-stack-protector
                                            -fno-exceptions -O2 -g0)
  file(RELATIVE_PATH source "${CMAKE_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")
  weir_wrapper("${CMAKE_BINARY_DIR}/weir-c++" "${source}" .)
  set(bin "${CMAKE_INSTALL_FULL_BINDIR}")
  file(RELATIVE_PATH headers "${bin}" "${CMAKE_INSTALL_FULL_INCLUDEDIR}/weir")
  file(RELATIVE_PATH library "${bin}" "${CMAKE_INSTALL_FULL_LIBDIR}/weir")
  weir_wrapper("${CMAKE_BINARY_DIR}/installed/weir-c++" "${headers}" "${library}")
endfunction()
