#include "dataplane/filters/local_ratelimit/token_bucket.h"

#include <algorithm>

#include "dataplane/base/status.h"

namespace fairlead::filters {
namespace {

constexpr int64_t kUnitsPerNano = 16;
constexpr event::Duration kFillMax = std::chrono::hours(24 * 365 * 5);

}  // namespace

absl::StatusOr<TokenBucket::Settings> TokenBucket::Settings::Make(uint32_t tokens_max,
                                                                  uint32_t tokens_per_fill,
                                                                  event::Duration fill_interval) {
  const auto interval = static_cast<__int128>(fill_interval.count()) * kUnitsPerNano;
  const __int128 per_token =
      std::max<__int128>(1, (interval + tokens_per_fill / 2) / tokens_per_fill);
  if (per_token * tokens_max > static_cast<__int128>(kFillMax.count()) * kUnitsPerNano) {
    return InvalidArgument("a bucket of ", tokens_max, " tokens that gets ", tokens_per_fill,
                           " every ", fill_interval / std::chrono::milliseconds(1),
                           " ms takes more than 5 years to fill");
  }
  return Settings{static_cast<int64_t>(per_token), static_cast<int64_t>(per_token * tokens_max)};
}

bool TokenBucket::Take(event::MonotonicTime now) {
  const int64_t at = now.time_since_epoch().count() * kUnitsPerNano;
  int64_t empty_at = empty_at_.load(std::memory_order_relaxed);
  while (true) {
    // What would be beyond the bucket's size has run over.
    const int64_t next = std::max(empty_at, at - settings_.time_to_fill) + settings_.time_per_token;
    if (next > at) return false;
    if (empty_at_.compare_exchange_weak(empty_at, next, std::memory_order_relaxed)) return true;
  }
}

}  // namespace fairlead::filters
