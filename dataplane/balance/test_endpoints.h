#ifndef FAIRLEAD_DATAPLANE_BALANCE_TEST_ENDPOINTS_H_
#define FAIRLEAD_DATAPLANE_BALANCE_TEST_ENDPOINTS_H_

// Endpoints for tests and benchmarks: 10.0.0.1:80, 10.0.0.2:80, and so on. Thread: any.

#include <cstdint>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::balance {

inline upstream::Endpoint TestEndpoint(uint32_t number, uint32_t weight = 1,
                                       bool is_healthy = true) {
  const uint32_t n = number + 1;
  const std::string ip = StrCat("10.", n >> 16, ".", (n >> 8) & 255, ".", n & 255);
  return {.address = *net::Address::Parse(ip, 80), .weight = weight, .is_healthy = is_healthy};
}

// One endpoint per weight.
inline std::vector<upstream::Endpoint> TestEndpoints(const std::vector<uint32_t>& weights) {
  std::vector<upstream::Endpoint> endpoints;
  for (uint32_t i = 0; i < weights.size(); ++i) endpoints.push_back(TestEndpoint(i, weights[i]));
  return endpoints;
}

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_TEST_ENDPOINTS_H_
