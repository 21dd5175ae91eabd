#ifndef FAIRLEAD_CONTROLPLANE_XDS_DELTA_SESSION_H_
#define FAIRLEAD_CONTROLPLANE_XDS_DELTA_SESSION_H_

// The incremental variant: what a DeltaDiscoveryRequest means. See session.h for the use.
//
// A request may answer a response, change the subscription, or both; the change counts whatever the
// nonce is. Every name that is subscribed to is answered, with the resource or as removed.
//
// Thread: none of its own. Owner: the stream. Limits: Session::Context.
// Source: xDS protocol, "Incremental xDS"; discovery.proto, DeltaDiscoveryRequest.

#include "controlplane/xds/session.h"

namespace envoy::service::discovery::v3 {
class DeltaDiscoveryRequest;
}

namespace fairlead::control::xds {

class DeltaSession final : public Session {
 public:
  explicit DeltaSession(Context context) : Session(Variant::kDelta, std::move(context)) {}

  absl::Status OnMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                         absl::Time wall_now) override;
  absl::Status OnRequest(const envoy::service::discovery::v3::DeltaDiscoveryRequest& request,
                         absl::Time wall_now);

 private:
  absl::Status Subscribe(TypeState& state,
                         const envoy::service::discovery::v3::DeltaDiscoveryRequest& request);
  void Unsubscribe(TypeState& state,
                   const envoy::service::discovery::v3::DeltaDiscoveryRequest& request);
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_DELTA_SESSION_H_
