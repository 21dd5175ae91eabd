#ifndef FAIRLEAD_CONTROLPLANE_XDS_SOTW_SESSION_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SOTW_SESSION_H_

// The state-of-the-world variant: what a DiscoveryRequest means. See session.h for the use.
//
// A request is the answer to the last response of its type and the complete list of what the client
// wants. A request with an older nonce was sent before the client saw the last response; the client
// will send its list again, so this one is used only to forget what it does not name.
//
// Thread: none of its own. Owner: the stream. Limits: Session::Context.
// Source: xDS protocol, "State of the world"; discovery.proto, DiscoveryRequest.

#include "controlplane/xds/session.h"

namespace envoy::service::discovery::v3 {
class DiscoveryRequest;
}

namespace fairlead::control::xds {

class SotwSession final : public Session {
 public:
  explicit SotwSession(Context context) : Session(Variant::kStateOfTheWorld, std::move(context)) {}

  absl::Status OnMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                         absl::Time wall_now) override;
  absl::Status OnRequest(const envoy::service::discovery::v3::DiscoveryRequest& request,
                         absl::Time wall_now);

 private:
  void Subscribe(TypeState& state, const std::vector<std::string_view>& names);
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SOTW_SESSION_H_
