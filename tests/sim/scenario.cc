#include "tests/sim/scenario.h"

#include <algorithm>

namespace fairlead::sim {
namespace {

using event::Random;
using event::sim::Weather;

uint32_t OneOf(Random& random, std::initializer_list<uint32_t> choices) {
  return choices.begin()[random.Below(choices.size())];
}

void DrawWeather(Random& random, Scenario& scenario) {
  Weather& weather = scenario.weather;
  weather.partial = OneOf(random, {0, 50, 400});
  weather.again = OneOf(random, {0, 50, 300});
  weather.split = OneOf(random, {0, 100, 500});
  weather.late = OneOf(random, {0, 10, 100});
  weather.stall = OneOf(random, {0, 20, 100});
  weather.window = OneOf(random, {2'000, 16'000, 64'000, 200'000});
  if (scenario.is_calm) return;
  weather.reset = OneOf(random, {0, 2, 20});
  weather.refuse = OneOf(random, {0, 50, 200});
  weather.lose_connect = OneOf(random, {0, 20, 100});
}

}  // namespace

Scenario Scenario::FromSeed(uint64_t seed) {
  Random random(seed * 0x9e3779b97f4a7c15 + 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.is_calm = random.Below(3) == 0;
  DrawWeather(random, scenario);
  scenario.workers = 1 + static_cast<int>(random.Below(2));
  scenario.clusters = 1 + static_cast<int>(random.Below(3));
  scenario.has_dns = random.Below(3) == 0;
  scenario.upstreams_per_cluster = 1 + static_cast<int>(random.Below(3));
  scenario.connections = 1 + static_cast<int>(random.Below(12));
  scenario.requests_max = 1 + static_cast<int>(random.Below(8));
  scenario.body_max = OneOf(random, {0, 200, 5'000, 5'000, 100'000});
  scenario.changes = static_cast<int>(OneOf(random, {0, 3, 10}));
  scenario.clock_jumps = scenario.is_calm ? 0 : static_cast<int>(OneOf(random, {0, 0, 3}));
  scenario.uses_delta_xds = random.Below(2) == 0;
  scenario.upstreams_close_idle = random.Below(2) == 0;
  if (scenario.is_calm) return scenario;
  scenario.upstream_faults = OneOf(random, {0, 50, 300});
  scenario.client_faults = OneOf(random, {0, 50, 200});
  scenario.buffer_shortage = OneOf(random, {0, 0, 5, 50});
  return scenario;
}

Scenario Scenario::Fixed() {
  Scenario scenario;
  scenario.is_calm = false;
  scenario.weather.partial = 200;
  scenario.weather.split = 200;
  scenario.clusters = 2;
  scenario.upstreams_per_cluster = 2;
  scenario.connections = 3;
  scenario.requests_max = 4;
  scenario.body_max = 5'000;
  scenario.changes = 2;
  return scenario;
}

}  // namespace fairlead::sim
