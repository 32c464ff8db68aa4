// A library's own thread runs a task, in an order that the library makes, which weir cannot see.
// That of one function is declared; what it comes to in the task cannot be.
// memory points
#include "sim/weir.h"
#include "tests/prebuilt/prebuilt.h"

WEIR_ORDERS("PrebuiltHand", weir::kReleases);

namespace {

int input = 0;
int output = 0;

void Task() { output = input; }

}  // namespace

int main() {
  PrebuiltStart();
  input = 1;
  PrebuiltHand(&Task);
  PrebuiltStop();
  return output - 1;
}
