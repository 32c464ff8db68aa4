# What fence and weir are built on, from Debian's packages (scripts/setup).

find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)

# Headers alone: CLI11, nlohmann/json, xxHash, pcg.
if(WEIR_SIM OR FENCE_TOOLS)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)
endif()

if(WEIR_SIM)
  find_path(WEIR_XXHASH_INCLUDE xxhash.h REQUIRED)
  find_path(WEIR_PCG_INCLUDE pcg_random.hpp REQUIRED)
  add_library(weir_headers INTERFACE)
  add_library(weir::headers ALIAS weir_headers)
  target_link_libraries(weir_headers INTERFACE CLI11::CLI11 nlohmann_json::nlohmann_json)
  target_include_directories(weir_headers SYSTEM INTERFACE ${WEIR_XXHASH_INCLUDE} ${WEIR_PCG_INCLUDE})
  target_compile_definitions(weir_headers INTERFACE XXH_INLINE_ALL)

  # The host's own copy of Abseil: an execution rolls back the memory of every shared object that
  # the target uses, and libabsl_*.so is among them. absl::… names the shared ones. A linker script
  # names all the archives as one group, from which the linker takes the members that are needed.
  get_target_property(shared absl::base LOCATION)
  get_filename_component(folder "${shared}" DIRECTORY)
  file(GLOB archives "${folder}/libabsl_*.a")
  if(NOT archives)
    message(FATAL_ERROR "no Abseil archives (libabsl_*.a) in ${folder}; is libabsl-dev installed?")
  endif()
  list(JOIN archives "\n" archives)
  set(script "${CMAKE_BINARY_DIR}/libabsl_archives.a")
  file(CONFIGURE OUTPUT "${script}" CONTENT "GROUP(\n@archives@\n)\n" @ONLY)
  add_library(weir_absl INTERFACE)
  add_library(weir::absl ALIAS weir_absl)
  target_link_libraries(weir_absl INTERFACE "${script}" Threads::Threads)

  find_library(WEIR_DW_LIBRARY dw REQUIRED)
  find_path(WEIR_DW_INCLUDE elfutils/libdwfl.h REQUIRED)
  add_library(weir_dw INTERFACE)
  add_library(weir::dw ALIAS weir_dw)
  target_link_libraries(weir_dw INTERFACE ${WEIR_DW_LIBRARY})
  target_include_directories(weir_dw SYSTEM INTERFACE ${WEIR_DW_INCLUDE})
endif()

if(WEIR_SIM AND WEIR_ENGINE)
  set(Boost_USE_STATIC_LIBS ON)
  find_package(Boost REQUIRED COMPONENTS context)
  add_library(weir::boost_context ALIAS Boost::context)
endif()

if(WEIR_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
