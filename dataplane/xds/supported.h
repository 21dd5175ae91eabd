#ifndef FAIRLEAD_DATAPLANE_XDS_SUPPORTED_H_
#define FAIRLEAD_DATAPLANE_XDS_SUPPORTED_H_

// Which fields this folder implements: where configuration comes from. Thread: start-up.

namespace fairlead::xds {

class SupportTable;

void DeclareSupport(SupportTable& table);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_SUPPORTED_H_
