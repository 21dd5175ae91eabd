#ifndef FAIRLEAD_TESTS_SIM_CLIENT_H_
#define FAIRLEAD_TESTS_SIM_CLIENT_H_

// A simulated client: one connection with some requests on it, whose every answer it checks. It may
// pipeline, read slowly, stop sending early or break off, as the scenario lets it.
//
// Thread: its loop's.

#include "dataplane/event/loop.h"
#include "dataplane/event/task.h"
#include "tests/sim/stage.h"

namespace fairlead::sim {

// One conversation, from its connection to its end.
event::Task<void> Converse(Stage& stage, event::Loop& loop);

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_CLIENT_H_
