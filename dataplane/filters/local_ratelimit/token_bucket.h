#ifndef FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_TOKEN_BUCKET_H_
#define FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_TOKEN_BUCKET_H_

// A token bucket that all workers share, without a lock and without a timer.
//
//     FL_ASSIGN_OR_RETURN(auto settings, TokenBucket::Settings::Make(10, 1, milliseconds(100)));
//     TokenBucket bucket(settings);
//     if (!bucket.Take(loop.now())) ...
//
// All its state is one number: the time at which it would have been empty, had it never stopped
// filling. What has passed since then is what it holds, up to its size; taking a token moves that
// time on by what a token takes to come. Tokens come one after the other, not in bursts at the end
// of an interval, as in Envoy since 1.33. The bucket begins full.
//
// Thread: any; times of different threads may differ a little. Precision: 1/16 ns a token.

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "dataplane/event/time_source.h"

namespace fairlead::filters {

class TokenBucket {
 public:
  struct Settings {
    // Both in sixteenths of a nanosecond.
    int64_t time_per_token = 0;
    // How long an empty bucket takes to fill.
    int64_t time_to_fill = 0;

    // `tokens_max` and `tokens_per_fill` are at least 1, the interval is above 0. Fails when the
    // bucket would take more than five years to fill.
    static absl::StatusOr<Settings> Make(uint32_t tokens_max, uint32_t tokens_per_fill,
                                         event::Duration fill_interval);
  };

  explicit TokenBucket(const Settings& settings) : settings_(settings) {}

  // Takes a token, if there is one.
  bool Take(event::MonotonicTime now);

 private:
  const Settings settings_;
  // In a cache line of its own: every worker writes it.
  alignas(64) std::atomic<int64_t> empty_at_{INT64_MIN};
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_TOKEN_BUCKET_H_
