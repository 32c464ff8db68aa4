#include <fence/process.h>

// Compiled with fence's headers, and no option that fence's target does not bring along.
bool Pass(fence::Process& process) {
  return process.Barrier("frame", fence::Mode::kDelivery).satisfied();
}
