#ifndef FAIRLEAD_DATAPLANE_CLUSTER_SUPPORTED_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_SUPPORTED_H_

// Which fields of clusters and endpoints are implemented. Thread: start-up.

namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::cluster {

void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_SUPPORTED_H_
