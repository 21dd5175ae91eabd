#ifndef FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_API_KEY_AUTH_H_
#define FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_API_KEY_AUTH_H_

// Lets only those requests pass that bring a known key.
//
// 401 "Client authentication failed." without a key, or with one that is not known; 403 "Client is
// forbidden." when the route does not allow the key's owner. A route may have keys, key sources and
// a list of allowed clients of its own. See README.md.
//
// Thread: worker; immutable. Source: extensions.filters.http.api_key_auth.v3.ApiKeyAuth and
// ApiKeyAuthPerRoute, as of Envoy 1.40.

#include "dataplane/filters/filter.h"

namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::filters::api_key_auth {

const FilterFactory& Factory();
void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::filters::api_key_auth

#endif  // FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_API_KEY_AUTH_H_
