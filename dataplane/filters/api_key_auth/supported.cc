#include "dataplane/filters/api_key_auth/api_key_auth.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::filters::api_key_auth {

void DeclareSupport(xds::SupportTable& table) {
  table.Allow("envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth",
              {"credentials", "key_sources"});
  table.Allow("envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute",
              {"credentials", "key_sources", "allowed_clients"});
  table.Allow("envoy.extensions.filters.http.api_key_auth.v3.Credential", {"key", "client"});
  table.Allow("envoy.extensions.filters.http.api_key_auth.v3.KeySource",
              {"header", "query", "cookie"});
}

}  // namespace fairlead::filters::api_key_auth
