// What a route look-up costs, and what it costs to make the table.
//
//     bazel run //tests/bench:route_bench
//
// Requests go over all hosts or routes in random order, so that the figures hold the cache misses
// of a large table. `bytes` is what the compiled table takes of the heap, for each virtual host or
// route.

#include <malloc.h>

#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/route_table.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

constexpr size_t kRequests = 1 << 15;

// All of one length, however many there are.
std::string Number(int64_t i) {
  const std::string digits = std::to_string(i);
  return std::string(6 - digits.size(), '0') + digits;
}
std::string HostName(int64_t i) { return StrCat("host-", Number(i), ".shop.example.com"); }
std::string Prefix(int64_t i) { return StrCat("/api/v1/service-", Number(i), "/"); }

VirtualHost& AddHost(RouteConfiguration& config, const std::string& domain) {
  VirtualHost& host = *config.add_virtual_hosts();
  host.set_name(domain);
  host.add_domains(domain);
  return host;
}

RouteConfiguration ManyHosts(int64_t hosts) {
  RouteConfiguration config;
  config.set_name("many hosts");
  for (int64_t i = 0; i < hosts; ++i) {
    auto& route = *AddHost(config, HostName(i)).add_routes();
    route.mutable_match()->set_prefix("/");
    route.mutable_route()->set_cluster(StrCat("cluster-", i));
  }
  return config;
}

enum class PathKind { kPrefix, kExact, kRegex };

RouteConfiguration ManyRoutes(int64_t routes, PathKind kind) {
  RouteConfiguration config;
  config.set_name("many routes");
  VirtualHost& host = AddHost(config, "*");
  for (int64_t i = 0; i < routes; ++i) {
    auto& route = *host.add_routes();
    switch (kind) {
      case PathKind::kPrefix:
        route.mutable_match()->set_prefix(Prefix(i));
        break;
      case PathKind::kExact:
        route.mutable_match()->set_path(StrCat(Prefix(i), "items"));
        break;
      case PathKind::kRegex:
        route.mutable_match()->mutable_safe_regex()->set_regex(StrCat(Prefix(i), "[a-z]+"));
        break;
    }
    route.mutable_route()->set_cluster(StrCat("cluster-", i));
  }
  return config;
}

std::shared_ptr<const RouteTable> Compile(const RouteConfiguration& config,
                                          cluster::ClusterSlots& slots,
                                          const RouteTable* previous = nullptr) {
  auto table = RouteTable::Compile(config, {slots, nullptr}, previous);
  return *std::move(table);
}

struct Target {
  std::string host;
  std::string path;
};

void MatchAll(benchmark::State& state, const RouteConfiguration& config,
              const std::vector<Target>& targets) {
  cluster::ClusterSlots slots;
  const size_t before = mallinfo2().uordblks;
  const auto table = Compile(config, slots);
  const size_t bytes = mallinfo2().uordblks - before;
  codec::RequestHead head;
  size_t next = 0;
  size_t missed = 0;
  for (auto _ : state) {
    const Target& target = targets[next++ % kRequests];
    head.authority = target.host;
    head.path = target.path;
    const Route* route = table->Match(head, 0);
    missed += route == nullptr;
    benchmark::DoNotOptimize(route);
  }
  if (missed != 0) state.SkipWithError("a request found no route");
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.range(0));
}

std::vector<Target> Targets(int64_t range, Target (*make)(int64_t)) {
  std::mt19937_64 random(1);
  std::vector<Target> targets;
  for (size_t i = 0; i < kRequests; ++i) {
    targets.push_back(make(static_cast<int64_t>(random() % static_cast<uint64_t>(range))));
  }
  return targets;
}

void BM_MatchHosts(benchmark::State& state) {
  MatchAll(state, ManyHosts(state.range(0)), Targets(state.range(0), [](int64_t i) {
             return Target{HostName(i), "/cart/items?id=7"};
           }));
}
BENCHMARK(BM_MatchHosts)->RangeMultiplier(10)->Range(10, 100'000);

void BM_MatchPrefixes(benchmark::State& state) {
  MatchAll(state, ManyRoutes(state.range(0), PathKind::kPrefix),
           Targets(state.range(0),
                   [](int64_t i) { return Target{"shop.example.com", Prefix(i) + "items?id=7"}; }));
}
BENCHMARK(BM_MatchPrefixes)->RangeMultiplier(10)->Range(10, 100'000);

void BM_MatchExactPaths(benchmark::State& state) {
  MatchAll(state, ManyRoutes(state.range(0), PathKind::kExact),
           Targets(state.range(0),
                   [](int64_t i) { return Target{"shop.example.com", Prefix(i) + "items?id=7"}; }));
}
BENCHMARK(BM_MatchExactPaths)->RangeMultiplier(10)->Range(10, 100'000);

void BM_MatchRegexes(benchmark::State& state) {
  MatchAll(state, ManyRoutes(state.range(0), PathKind::kRegex),
           Targets(state.range(0),
                   [](int64_t i) { return Target{"shop.example.com", Prefix(i) + "items?id=7"}; }));
}
BENCHMARK(BM_MatchRegexes)->RangeMultiplier(10)->Range(10, 1'000);

// Regexes with nothing literal in front: one RE2 set.
void BM_MatchRegexesWithoutPrefix(benchmark::State& state) {
  RouteConfiguration config = ManyRoutes(state.range(0), PathKind::kRegex);
  for (auto& route : *config.mutable_virtual_hosts(0)->mutable_routes()) {
    auto& regex = *route.mutable_match()->mutable_safe_regex()->mutable_regex();
    regex = ".*" + regex;
  }
  MatchAll(state, config, Targets(state.range(0), [](int64_t i) {
             return Target{"shop.example.com", Prefix(i) + "items?id=7"};
           }));
}
BENCHMARK(BM_MatchRegexesWithoutPrefix)->RangeMultiplier(10)->Range(10, 1'000);

// A host that only "*.shop.example.com" takes, among many others.
void BM_MatchSuffixWildcards(benchmark::State& state) {
  RouteConfiguration config = ManyHosts(state.range(0));
  for (auto& host : *config.mutable_virtual_hosts()) host.set_domains(0, "*." + host.domains(0));
  MatchAll(state, config,
           Targets(state.range(0), [](int64_t i) { return Target{"www." + HostName(i), "/"}; }));
}
BENCHMARK(BM_MatchSuffixWildcards)->RangeMultiplier(10)->Range(10, 100'000);

// Ten routes of one prefix that differ in a header; the last matches.
void BM_MatchHeaders(benchmark::State& state) {
  RouteConfiguration config;
  VirtualHost& host = AddHost(config, "*");
  for (int i = 0; i < 10; ++i) {
    auto& route = *host.add_routes();
    route.mutable_match()->set_prefix("/");
    auto& header = *route.mutable_match()->add_headers();
    header.set_name("x-team");
    header.mutable_string_match()->set_exact(StrCat("team-", i));
    route.mutable_route()->set_cluster("c");
  }
  cluster::ClusterSlots slots;
  const auto table = Compile(config, slots);
  codec::RequestHead head;
  head.authority = "shop.example.com";
  head.path = "/cart";
  head.headers.Add("accept", "*/*");
  head.headers.Add("user-agent", "curl");
  head.headers.Add("x-team", "team-9");
  for (auto _ : state) benchmark::DoNotOptimize(table->Match(head, 0));
}
BENCHMARK(BM_MatchHeaders);

void BM_CompileHosts(benchmark::State& state) {
  const RouteConfiguration config = ManyHosts(state.range(0));
  cluster::ClusterSlots slots;
  for (auto _ : state) benchmark::DoNotOptimize(Compile(config, slots));
}
BENCHMARK(BM_CompileHosts)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_CompilePrefixes(benchmark::State& state) {
  const RouteConfiguration config = ManyRoutes(state.range(0), PathKind::kPrefix);
  cluster::ClusterSlots slots;
  for (auto _ : state) benchmark::DoNotOptimize(Compile(config, slots));
}
BENCHMARK(BM_CompilePrefixes)->Arg(10'000)->Unit(benchmark::kMillisecond);

// One route of one virtual host changes.
void BM_CompileOneChange(benchmark::State& state) {
  RouteConfiguration config = ManyHosts(state.range(0));
  cluster::ClusterSlots slots;
  auto table = Compile(config, slots);
  int turn = 0;
  for (auto _ : state) {
    config.mutable_virtual_hosts(5)->mutable_routes(0)->mutable_route()->set_cluster(
        ++turn % 2 == 0 ? "even" : "odd");
    table = Compile(config, slots, table.get());
  }
}
BENCHMARK(BM_CompileOneChange)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// The same, with only the change looked at.
void BM_CompileChangeAlone(benchmark::State& state) {
  RouteConfiguration config = ManyHosts(state.range(0));
  cluster::ClusterSlots slots;
  auto table = Compile(config, slots);
  RouteConfiguration news;
  news.set_name(config.name());
  *news.add_virtual_hosts() = config.virtual_hosts(5);
  std::vector<uint32_t> places(static_cast<size_t>(state.range(0)));
  std::iota(places.begin(), places.end(), 0);
  places[5] = RouteTable::kNew;
  int turn = 0;
  for (auto _ : state) {
    news.mutable_virtual_hosts(0)->mutable_routes(0)->mutable_route()->set_cluster(
        ++turn % 2 == 0 ? "even" : "odd");
    table = *RouteTable::CompileChange(news, places, {slots, nullptr}, *table);
  }
}
BENCHMARK(BM_CompileChangeAlone)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// A virtual host is added.
void BM_CompileAddedHost(benchmark::State& state) {
  const RouteConfiguration config = ManyHosts(state.range(0));
  cluster::ClusterSlots slots;
  const auto table = Compile(config, slots);
  RouteConfiguration news = ManyHosts(1);
  news.mutable_virtual_hosts(0)->set_domains(0, "added.example.com");
  std::vector<uint32_t> places(static_cast<size_t>(state.range(0)));
  std::iota(places.begin(), places.end(), 0);
  places.push_back(RouteTable::kNew);
  for (auto _ : state) {
    benchmark::DoNotOptimize(RouteTable::CompileChange(news, places, {slots, nullptr}, *table));
  }
}
BENCHMARK(BM_CompileAddedHost)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// At the end, for each kind of match: its processor time with the most routes in that with the
// fewest.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const std::string& name = run.run_name.function_name;
      if (run.error_occurred || name.find("BM_Match") != 0) continue;
      auto& [first, last] = times_[name];
      if (first == 0) first = run.GetAdjustedCPUTime();
      last = run.GetAdjustedCPUTime();
    }
  }
  void Finalize() override {
    for (const auto& [name, times] : times_) {
      GetOutputStream() << name << ": most routes / fewest: " << times.second / times.first << "\n";
    }
  }

 private:
  std::map<std::string, std::pair<double, double>> times_;
};

}  // namespace
}  // namespace fairlead::route

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  fairlead::route::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
