#include "dataplane/filters/local_ratelimit/local_ratelimit.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::filters::local_ratelimit {

void DeclareSupport(xds::SupportTable& table) {
  table.Allow("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
              {"stat_prefix", "status", "token_bucket", "filter_enabled", "filter_enforced",
               "response_headers_to_add", "request_headers_to_add_when_not_enforced"});
  table.Allow("envoy.type.v3.HttpStatus", {"code"});
  table.Allow("envoy.type.v3.TokenBucket", {"max_tokens", "tokens_per_fill", "fill_interval"});
  // No runtime layer can set the key, so that the default value always holds.
  table.Allow("envoy.config.core.v3.RuntimeFractionalPercent", {"default_value", "runtime_key"});
  table.Allow("envoy.type.v3.FractionalPercent", {"numerator", "denominator"});
  table.Allow("envoy.config.core.v3.HeaderValueOption",
              {"header", "append", "append_action", "keep_empty_value"});
  table.Allow("envoy.config.core.v3.HeaderValue", {"key", "value"});
}

}  // namespace fairlead::filters::local_ratelimit
