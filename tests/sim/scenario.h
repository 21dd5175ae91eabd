#ifndef FAIRLEAD_TESTS_SIM_SCENARIO_H_
#define FAIRLEAD_TESTS_SIM_SCENARIO_H_

// What one seed is about: the weather, how many of everything, how they behave.
//
// A calm scenario has bytes that are cut and late, but nobody who fails: in it every request must
// get the response of its upstream, whole. In the others connections are torn, upstreams misbehave
// and clients break off; what may then happen is bounded by the rules in ledger.h.
//
// Thread: one.

#include <cstddef>
#include <cstdint>

#include "dataplane/event/sim/network.h"

namespace fairlead::sim {

struct Scenario {
  uint64_t seed = 1;
  bool is_calm = true;
  event::sim::Weather weather;
  int workers = 1;
  // The last cluster resolves a name when `has_dns`.
  int clusters = 1;
  bool has_dns = false;
  int upstreams_per_cluster = 1;
  int connections = 1;
  int requests_max = 1;
  size_t body_max = 1000;
  int changes = 0;
  int clock_jumps = 0;
  bool uses_delta_xds = false;
  // In 1000, for each request: the upstream misbehaves; the client breaks off.
  uint32_t upstream_faults = 0;
  uint32_t client_faults = 0;
  // In 1000: a worker does not get a buffer.
  uint32_t buffer_shortage = 0;
  // Upstreams close connections that were idle for some time.
  bool upstreams_close_idle = false;

  static Scenario FromSeed(uint64_t seed);
  // Small and always the same, with a bit of everything: for faults that are planted one by one.
  static Scenario Fixed();
};

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_SCENARIO_H_
