// libFuzzer: corrupt shared memory under a running group, foreign files, and bodies of messages.
//
// The first letter of an input says what it is; corpus/segment/README.md has the letters. Nothing
// that is found in shared memory may crash, hang or outlast a deadline; which status comes of it is
// free.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/segment/bodies.h"
#include "fuzz/segment/files.h"
#include "fuzz/segment/group.h"
#include "fuzz/segment/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fence::Input input({reinterpret_cast<const char*>(data), size});
  switch (input.Byte()) {
    case 'G':
      fence::FuzzGroup(&input);
      break;
    case 'F':
      fence::FuzzFile(&input);
      break;
    case 'B':
      fence::FuzzBodies(&input);
      break;
    default:
      break;  // not worth keeping
  }
  return 0;
}
