// What a pick costs, by policy and number of endpoints, and what the ring costs to build.
//
//     bazel run //tests/bench:balance_bench
//
// Endpoints are all healthy; "weighted" ones have weights 1 to 10. LEAST_REQUEST reads loads that
// change with every pick.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "dataplane/balance/balancer.h"
#include "dataplane/balance/make_endpoint_set.h"
#include "dataplane/balance/test_endpoints.h"
#include "dataplane/base/strings.h"

namespace fairlead::balance {
namespace {

std::vector<upstream::Endpoint> Endpoints(size_t count, bool weighted) {
  std::vector<uint32_t> weights(count, 1);
  for (size_t i = 0; weighted && i < count; ++i) weights[i] = 1 + i % 10;
  return TestEndpoints(weights);
}

void BM_Pick(benchmark::State& state, Policy policy, bool weighted) {
  const BalancerConfig config{.policy = policy};
  const auto set =
      MakeEndpointSet(config, Endpoints(static_cast<size_t>(state.range(0)), weighted));
  std::vector<uint32_t> load(set->endpoints.size());
  ActiveRequests active;
  for (const uint32_t& count : load) active.push_back(&count);
  event::Random random(1);
  event::Random keys(2);
  const std::unique_ptr<Balancer> balancer = MakeBalancer(config, set, active, random);
  for (auto _ : state) {
    const size_t at = balancer->Pick({.hash = keys.Next()});
    ++load[at];
    benchmark::DoNotOptimize(at);
  }
}

void BM_MakeEndpointSet(benchmark::State& state, Policy policy) {
  const auto endpoints = Endpoints(static_cast<size_t>(state.range(0)), false);
  for (auto _ : state) {
    benchmark::DoNotOptimize(MakeEndpointSet({.policy = policy}, endpoints));
  }
}

BENCHMARK_CAPTURE(BM_Pick, round_robin, Policy::kRoundRobin, false)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_Pick, round_robin_weighted, Policy::kRoundRobin, true)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_Pick, least_request, Policy::kLeastRequest, false)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_Pick, least_request_weighted, Policy::kLeastRequest, true)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_Pick, random, Policy::kRandom, false)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_Pick, ring_hash, Policy::kRingHash, false)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_MakeEndpointSet, round_robin, Policy::kRoundRobin)->Arg(3)->Arg(1000);
BENCHMARK_CAPTURE(BM_MakeEndpointSet, ring_hash, Policy::kRingHash)->Arg(3)->Arg(1000);

}  // namespace
}  // namespace fairlead::balance

BENCHMARK_MAIN();
