#include "dataplane/filters/registry.h"

#include "dataplane/filters/api_key_auth/api_key_auth.h"
#include "dataplane/filters/local_ratelimit/local_ratelimit.h"

namespace fairlead::filters {

const std::vector<FilterKind>& FilterKinds() {
  static const std::vector<FilterKind> kinds = {
      {"envoy.filters.http.api_key_auth",
       "envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth",
       "envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute",
       &api_key_auth::Factory()},
      {"envoy.filters.http.local_ratelimit",
       "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
       "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
       &local_ratelimit::Factory()},
  };
  return kinds;
}

const FilterKind* FindByConfigType(std::string_view message) {
  for (const FilterKind& kind : FilterKinds()) {
    if (kind.config_type == message) return &kind;
  }
  return nullptr;
}

const FilterKind* FindByOverrideType(std::string_view message) {
  for (const FilterKind& kind : FilterKinds()) {
    if (!kind.override_type.empty() && kind.override_type == message) return &kind;
  }
  return nullptr;
}

void DeclareSupport(xds::SupportTable& table) {
  api_key_auth::DeclareSupport(table);
  local_ratelimit::DeclareSupport(table);
}

}  // namespace fairlead::filters
