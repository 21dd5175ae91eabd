#ifndef FAIRLEAD_DATAPLANE_ROUTE_SUPPORTED_H_
#define FAIRLEAD_DATAPLANE_ROUTE_SUPPORTED_H_

// What this folder implements of config.route.v3, for the table that refuses the rest.

#include "dataplane/xds/support_table.h"

namespace fairlead::route {

void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_SUPPORTED_H_
