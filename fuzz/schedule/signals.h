// Two owners of signals in one process: the engine, whose faults are part of how it works and must
// return into virtual threads, and libFuzzer, who takes any for the end.
#ifndef WEIR_FUZZ_SCHEDULE_SIGNALS_H_
#define WEIR_FUZZ_SCHEDULE_SIGNALS_H_

namespace weir::sim {

// After the engine has installed its handlers, before libFuzzer does: makes room for them.
void KeepEngineHandlers();

// Once libFuzzer has installed its own. From then on a signal in an execution is the engine's, or
// waits for its end (timeouts, interrupts); any other is libFuzzer's. An execution that uses so
// much CPU time without reaching a scheduling point ends with the verdict hang: libFuzzer's own
// alarm takes a virtual thread for a thread that is not its.
void ShareHandlers(double hang_seconds);

// Around each execution. `points` grows with each scheduling point, or so.
void EnterExecution(const volatile unsigned long& points);
void LeaveExecution();

}  // namespace weir::sim

#endif  // WEIR_FUZZ_SCHEDULE_SIGNALS_H_
