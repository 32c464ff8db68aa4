# cmake -DSOURCE=root -DCOPY=folder -DPATCH=bug.patch -P ApplyBugPatch.cmake
#
# Makes COPY/src/fence from SOURCE/src/fence with the patch applied. Files whose contents do not
# change keep their time, so that only what the patch or a colleague touched is compiled again.
set(fresh "${COPY}/fresh")
file(REMOVE_RECURSE "${fresh}")
file(COPY "${SOURCE}/src/fence" DESTINATION "${fresh}/src")

# No fuzz, no reject files, no backups: a patch applies as it stands or it is an error.
execute_process(
  COMMAND patch --strip=1 --fuzz=0 --force --no-backup-if-mismatch --reject-file=- --input=${PATCH}
  WORKING_DIRECTORY "${fresh}" OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  # Short lines: CMake wraps what it prints.
  message(FATAL_ERROR "bug.patch does not apply to src/fence any more:\n${PATCH}\n${output}")
endif()

file(GLOB_RECURSE files RELATIVE "${fresh}" "${fresh}/src/*")
foreach(file IN LISTS files)
  get_filename_component(folder "${COPY}/${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(COPY_FILE "${fresh}/${file}" "${COPY}/${file}" ONLY_IF_DIFFERENT)
endforeach()
file(REMOVE_RECURSE "${fresh}")
