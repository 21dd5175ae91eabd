#ifndef FAIRLEAD_TESTS_SIM_MODEL_H_
#define FAIRLEAD_TESTS_SIM_MODEL_H_

// The configuration of the simulation and its changes: clusters c0, c1 ... over EDS (the last one
// by DNS, if the scenario says so), one route table "r" whose version every response carries, one
// listener. Thread: one.

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/ads.h"
#include "tests/sim/proxy.h"
#include "tests/sim/stage.h"
#include "tests/sim/upstream.h"

namespace fairlead::sim {

class Model {
 public:
  Model(Stage& stage, Ads& ads, std::vector<std::unique_ptr<SimUpstream>>& upstreams)
      : stage_(stage), ads_(ads), upstreams_(upstreams) {}

  // Everything, for the start.
  void SetAll(SimProxy& proxy);
  // One change, drawn from the seed.
  void Change(SimProxy& proxy);

 private:
  bool IsDns(int cluster) const;
  void SetCluster(int cluster);
  void SetEndpoints(int cluster, bool all);
  void SetRoutes(bool is_bad);
  void SetListener();
  void SetNames(SimProxy& proxy, bool all);
  void ToggleExtraCluster();
  void StopAnUpstream();

  Stage& stage_;
  Ads& ads_;
  std::vector<std::unique_ptr<SimUpstream>>& upstreams_;
  uint64_t version_ = 0;
  bool has_extra_ = false;
};

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_MODEL_H_
