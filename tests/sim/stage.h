#ifndef FAIRLEAD_TESTS_SIM_STAGE_H_
#define FAIRLEAD_TESTS_SIM_STAGE_H_

// What everybody in a simulation has before them. Thread: one.

#include <cstdint>

#include "dataplane/event/sim/network.h"
#include "tests/sim/ledger.h"
#include "tests/sim/scenario.h"

namespace fairlead::sim {

struct Stage {
  const Scenario& scenario;
  event::sim::Network& network;
  Ledger& ledger;
  // Jumps of the clock so far: who has lost patience during one waits again.
  uint64_t clock_jumps = 0;

  event::Random& random() { return network.random(); }
  bool Chance(uint32_t per_mille) { return network.Chance(per_mille); }
};

// The addresses of the simulation.
net::Address ProxyAddress();
net::Address UpstreamAddress(int cluster, int index);

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_STAGE_H_
