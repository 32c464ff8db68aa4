// What a target asks for that is built with coverage (-fsanitize-coverage=…): nothing happens here.
// In a fuzzer libFuzzer's own functions take their place.
#include <cstdint>

#define WEIR_NO_COVERAGE(name, ...) \
  extern "C" [[gnu::weak]] void __sanitizer_cov_##name(__VA_ARGS__) {}

WEIR_NO_COVERAGE(8bit_counters_init, uint8_t*, uint8_t*)
WEIR_NO_COVERAGE(pcs_init, const uintptr_t*, const uintptr_t*)
WEIR_NO_COVERAGE(trace_pc_guard_init, uint32_t*, uint32_t*)
WEIR_NO_COVERAGE(trace_pc_guard, uint32_t*)
WEIR_NO_COVERAGE(trace_pc_indir, uintptr_t)
WEIR_NO_COVERAGE(trace_cmp1, uint8_t, uint8_t)
WEIR_NO_COVERAGE(trace_cmp2, uint16_t, uint16_t)
WEIR_NO_COVERAGE(trace_cmp4, uint32_t, uint32_t)
WEIR_NO_COVERAGE(trace_cmp8, uint64_t, uint64_t)
WEIR_NO_COVERAGE(trace_const_cmp1, uint8_t, uint8_t)
WEIR_NO_COVERAGE(trace_const_cmp2, uint16_t, uint16_t)
WEIR_NO_COVERAGE(trace_const_cmp4, uint32_t, uint32_t)
WEIR_NO_COVERAGE(trace_const_cmp8, uint64_t, uint64_t)
WEIR_NO_COVERAGE(trace_switch, uint64_t, uint64_t*)
WEIR_NO_COVERAGE(trace_div4, uint32_t)
WEIR_NO_COVERAGE(trace_div8, uint64_t)
WEIR_NO_COVERAGE(trace_gep, uintptr_t)
