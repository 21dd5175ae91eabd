#ifndef FAIRLEAD_TESTS_SIM_WORLD_H_
#define FAIRLEAD_TESTS_SIM_WORLD_H_

// One run: everybody is made, meets, and is gone again; what went wrong is told.
//
//     Outcome outcome = RunWorld(Scenario::FromSeed(7), {});
//     for (const std::string& failure : outcome.failures) ...
//
// Thread: any, one run at a time.

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/event/sim/network.h"
#include "tests/sim/scenario.h"

namespace fairlead::sim {

struct RunOptions {
  event::sim::Plant plant = event::sim::Plant::kNone;
  // The n-th socket call of the workers fails. 0: none.
  uint64_t fail_call = 0;
  // The workers do not get their n-th buffer, nor so many after it. 0: they get all.
  uint64_t fail_buffer = 0;
  uint64_t fail_buffers_after = 0;
  // Gets the trace.
  std::string* trace = nullptr;
};

struct Outcome {
  std::vector<std::string> failures;
  uint64_t trace_hash = 0;
  uint64_t requests = 0;
  uint64_t answered = 0;
  uint64_t answered_by_upstreams = 0;
  // Socket calls of the workers.
  uint64_t calls = 0;
  // Buffers that the workers wanted.
  uint64_t buffers = 0;
  uint64_t nacks = 0;
};

Outcome RunWorld(const Scenario& scenario, const RunOptions& options);

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_WORLD_H_
