#ifndef FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_LOCAL_RATELIMIT_H_
#define FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_LOCAL_RATELIMIT_H_

// Limits how many requests pass, by a token bucket of this process.
//
// A request without a token is answered with 429 "local_rate_limited" and x-envoy-ratelimited, if
// the limit is enforced; else it goes on, marked as configured. Each filter and each override has a
// bucket of its own, however equal their settings are. See README.md, also for what a new
// configuration does to the buckets.
//
// Thread: worker; the bucket is shared by all. Source:
// extensions.filters.http.local_ratelimit.v3.LocalRateLimit, as of Envoy 1.40.

#include "dataplane/filters/filter.h"

namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::filters::local_ratelimit {

const FilterFactory& Factory();
void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::filters::local_ratelimit

#endif  // FAIRLEAD_DATAPLANE_FILTERS_LOCAL_RATELIMIT_LOCAL_RATELIMIT_H_
