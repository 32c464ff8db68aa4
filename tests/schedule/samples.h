// Schedules for tests.
#ifndef WEIR_TESTS_SCHEDULE_SAMPLES_H_
#define WEIR_TESTS_SCHEDULE_SAMPLES_H_

#include "sim/engine/random.h"
#include "sim/schedule/schedule.h"

namespace weir::sim {

// One with something in every field.
Schedule SampleSchedule();

// Its text, as format.cc is to write it.
extern const char kSampleText[];

// Any valid schedule.
Schedule RandomSchedule(Random& random);

}  // namespace weir::sim

#endif  // WEIR_TESTS_SCHEDULE_SAMPLES_H_
