# weir_room(NAME …): one folder becomes one library.

set(WEIR_WARNINGS
    -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wundef -Wvla
    -Wformat=2 -Wimplicit-fallthrough -Wcast-align)
if(PROJECT_IS_TOP_LEVEL)
  list(APPEND WEIR_WARNINGS -Werror)  # no project fails to build by a warning of its compiler here
endif()

set(WEIR_SANITIZERS "")
if(WEIR_SANITIZE STREQUAL "THREAD")
  # GCC warns of each fence, which ThreadSanitizer takes for nothing. Those of src/fence order reads
  # that race on purpose (docs/fence.md).
  set(WEIR_SANITIZERS -fsanitize=thread -fno-omit-frame-pointer
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
elseif(WEIR_SANITIZE MATCHES "^(ON|ADDRESS)$")
  set(WEIR_SANITIZERS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(WEIR_SANITIZE)
  message(FATAL_ERROR "WEIR_SANITIZE: expected OFF, ADDRESS or THREAD, got ${WEIR_SANITIZE}")
endif()

# What all code of this repository is compiled with. "dir/x.h" in an #include is a path from the
# root; "fence/x.h" lies in src.
function(weir_compile_options target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src")
  target_compile_options(${target} PRIVATE ${WEIR_WARNINGS} ${WEIR_SANITIZERS})
  target_link_options(${target} PRIVATE ${WEIR_SANITIZERS})
endfunction()

# What the simulator's own code knows of its build; fence knows nothing of it.
function(weir_sim_definitions target)
  target_compile_definitions(${target} PRIVATE WEIR_VERSION="${PROJECT_VERSION}"
                                               WEIR_DEBUG=$<IF:$<CONFIG:Debug>,1,0>)
endfunction()

# These are most of what a file costs to compile, with nlohmann/json where a room uses that. A file
# still includes what it uses: build.fence_with_gcc and build.engine_with_its_assertions go without.
set(WEIR_COSTLY_HEADERS
    <absl/status/statusor.h> <absl/strings/str_cat.h> <algorithm> <chrono> <functional> <map>
    <memory> <string> <vector>)

# weir_room(NAME [OBJECT] [FOLDER sim/NAME] [ONLY file… | EXCEPT file…] [ROOMS …] [LIBRARIES …])
#
# Makes the library NAME (weir_NAME for a room of sim) of the .cc files in the folder. A room
# without sources is a library of headers, so that what links to it need not ask. ROOMS are the
# rooms it is built on, LIBRARIES what else it uses.
function(weir_room name)
  cmake_parse_arguments(ROOM "OBJECT" "FOLDER" "ROOMS;LIBRARIES;ONLY;EXCEPT" ${ARGN})
  if(NOT ROOM_FOLDER)
    set(ROOM_FOLDER sim/${name})
  endif()
  set(target ${name})
  if(ROOM_FOLDER MATCHES "^sim/")
    set(target weir_${name})
  endif()
  list(TRANSFORM ROOM_ROOMS PREPEND weir_)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}/*.cc")
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH file "${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}" "${source}")
    if(file IN_LIST ROOM_EXCEPT OR (ROOM_ONLY AND NOT file IN_LIST ROOM_ONLY))
      list(REMOVE_ITEM sources "${source}")
    endif()
  endforeach()

  if(NOT sources)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ROOM_ROOMS} ${ROOM_LIBRARIES})
    return()
  endif()
  if(ROOM_OBJECT)
    add_library(${target} OBJECT ${sources})
  else()
    add_library(${target} STATIC ${sources})
  endif()
  weir_compile_options(${target})
  if(ROOM_FOLDER MATCHES "^sim/")
    weir_sim_definitions(${target})
  endif()
  target_link_libraries(${target} PUBLIC ${ROOM_ROOMS} ${ROOM_LIBRARIES})
  list(LENGTH sources count)
  if(WEIR_PRECOMPILE AND count GREATER 5)
    target_precompile_headers(${target} PRIVATE ${WEIR_COSTLY_HEADERS})
  endif()
endfunction()

# weir_host(EXECUTABLE): links an executable that runs targets: weir itself, or a test of the
# simulator.
function(weir_host executable)
  set(exports "${PROJECT_SOURCE_DIR}/sim/posix/exports.list")
  weir_compile_options(${executable})
  weir_sim_definitions(${executable})
  # Objects of an OBJECT library come only with a direct link, so engine and posix are named here.
  target_link_libraries(${executable} PRIVATE weir_cli weir_campaign weir_posix weir_engine)
  target_link_options(
    ${executable}
    PRIVATE
      # The target's libstdc++.so is rolled back between executions; the host must not live in that
      # copy.
      -static-libstdc++ -static-libgcc
      # What targets find in the host, instead of in libc, and nothing else.
      "LINKER:--dynamic-list=${exports}")
  set_property(TARGET ${executable} APPEND PROPERTY LINK_DEPENDS "${exports}")
endfunction()
