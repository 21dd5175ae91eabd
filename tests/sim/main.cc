// Runs simulations.
//
//     sim --seeds 10000 --first 1       many
//     sim --seed 77 --trace             one, with all that happens
//
// A seed that fails is told with the command that runs it again. As a test (sharded by Bazel) it
// takes its share of the seeds.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "dataplane/base/log.h"
#include "tests/sim/world.h"

namespace fairlead::sim {
namespace {

struct Flags {
  uint64_t first = 1;
  uint64_t seeds = 100;
  uint64_t seed = 0;
  bool trace = false;
  bool is_verbose = false;
};

bool ReadFlags(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const auto number = [&](uint64_t& into) {
      if (i + 1 >= argc) return false;
      into = std::strtoull(argv[++i], nullptr, 10);
      return true;
    };
    if (flag == "--trace") {
      flags.trace = true;
    } else if (flag == "--verbose") {
      flags.is_verbose = true;
    } else if (!(flag == "--first" && number(flags.first)) &&
               !(flag == "--seeds" && number(flags.seeds)) &&
               !(flag == "--seed" && number(flags.seed))) {
      std::fprintf(stderr,
                   "unknown flag or no number: %s\nusage: %s [--first N] [--seeds N] "
                   "[--seed N [--trace]] [--verbose]\n",
                   argv[i], argv[0]);
      return false;
    }
  }
  return true;
}

struct Totals {
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t requests = 0;
  uint64_t answered = 0;
  uint64_t by_upstreams = 0;
};

void RunOne(uint64_t seed, const Flags& flags, std::string_view program, Totals& totals) {
  std::string trace;
  const Outcome outcome =
      RunWorld(Scenario::FromSeed(seed), {.trace = flags.trace ? &trace : nullptr});
  if (flags.trace) std::fputs(trace.c_str(), stdout);
  ++totals.runs;
  totals.requests += outcome.requests;
  totals.answered += outcome.answered;
  totals.by_upstreams += outcome.answered_by_upstreams;
  if (flags.is_verbose) {
    std::printf("seed %lu: trace %016lx, %lu requests, %lu answered, %lu by upstreams\n", seed,
                outcome.trace_hash, outcome.requests, outcome.answered,
                outcome.answered_by_upstreams);
  }
  if (outcome.failures.empty()) return;
  ++totals.failed;
  for (const std::string& failure : outcome.failures) {
    std::printf("seed %lu: %s\n", seed, failure.c_str());
  }
  std::printf("to run it again: %.*s --seed %lu --trace\n", static_cast<int>(program.size()),
              program.data(), seed);
  std::fflush(stdout);
}

uint64_t NumberOf(const char* variable, uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

int Run(int argc, char** argv) {
  Flags flags;
  if (!ReadFlags(argc, argv, flags)) return 2;
  if (!SetLogLevel("off").ok()) return 2;
  Totals totals;
  if (flags.seed != 0) {
    flags.is_verbose = true;
    RunOne(flags.seed, flags, argv[0], totals);
    return totals.failed == 0 ? 0 : 1;
  }
  const uint64_t shards = NumberOf("TEST_TOTAL_SHARDS", 1);
  const uint64_t shard = NumberOf("TEST_SHARD_INDEX", 0);
  if (const char* status = std::getenv("TEST_SHARD_STATUS_FILE")) std::ofstream(status).put('\n');
  for (uint64_t seed = flags.first + shard; seed < flags.first + flags.seeds; seed += shards) {
    RunOne(seed, flags, argv[0], totals);
  }
  std::printf("%lu seeds, %lu failed; %lu requests, %lu answered, %lu by upstreams\n", totals.runs,
              totals.failed, totals.requests, totals.answered, totals.by_upstreams);
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace fairlead::sim

int main(int argc, char** argv) { return fairlead::sim::Run(argc, argv); }
