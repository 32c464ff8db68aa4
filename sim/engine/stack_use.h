// Finds uses of memory on the stack of a thread whose function has returned.
//
// What lies there was left by later calls, weir's own among them, which differ when weir watches:
// an execution that goes by it does not end the same way each time. Watched executions name the use
// instead.
//
// Internal to sim/engine.
#ifndef WEIR_SIM_ENGINE_STACK_USE_H_
#define WEIR_SIM_ENGINE_STACK_USE_H_

#include "sim/engine/operation.h"

namespace weir::sim {

// Before each watched execution: nobody has used a stack yet.
void ForgetStackUses();

// At each point of a watched execution: the current thread's stack is used down to `frame`, and no
// function of the target has what lies below. Ends the execution if `op` touches an object there on
// another thread's stack. Stacks of the target's own making (makecontext) are not known, and not
// judged; nor is a thread's own.
void CheckStackUse(Op op, const void* object, const void* frame);

}  // namespace weir::sim

#endif  // WEIR_SIM_ENGINE_STACK_USE_H_
