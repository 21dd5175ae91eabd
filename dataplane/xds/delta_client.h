#ifndef FAIRLEAD_DATAPLANE_XDS_DELTA_CLIENT_H_
#define FAIRLEAD_DATAPLANE_XDS_DELTA_CLIENT_H_

// The incremental dialect of xDS: requests hold what is subscribed to and unsubscribed from since
// the last one, responses hold what changed. See XdsClient for the use.
//
// The first request of a type on a stream repeats all subscriptions and tells the version of every
// resource that was accepted (initial_resource_versions), but for those that are waited for: the
// server would be silent about one that it believes to be known. Every response gets its own ACK or
// NACK, by nonce; a subscription change travels with an ACK when one is due.
//
// Thread: configuration. Source: XDS protocol, "Incremental xDS".

#include <deque>
#include <set>
#include <string>

#include "dataplane/xds/xds_client.h"

namespace envoy::service::discovery::v3 {
class DeltaDiscoveryRequest;
}

namespace fairlead::xds {

class DeltaClient final : public XdsClient {
 public:
  using XdsClient::XdsClient;

  void SetInterest(ResourceType type, Interest interest) override;
  // Subscribes again: the server must answer every name in a subscription.
  void Refresh(ResourceType type, const std::vector<std::string>& names) override;
  // Told as initial_resource_versions when the next stream begins.
  void Restore(ResourceType type,
               const std::vector<std::pair<std::string, std::string>>& versions) override;

 private:
  struct Answer {
    std::string nonce;
    std::string nack;  // Empty: an ACK.
  };
  struct TypeState {
    Interest interest;
    StringMap<std::string> versions;  // Of the resources accepted; survives the stream.
    // Asked for again and not come yet; survives the stream.
    std::set<std::string, std::less<>> refreshing;
    // Of the present stream:
    bool is_requested = false;
    bool refresh_is_due = false;
    bool subscription_is_due = false;
    Interest told;  // What the server knows to be wanted.
    std::deque<Answer> answers;

    bool IsDue() const { return subscription_is_due || refresh_is_due || !answers.empty(); }
  };

  void Restart() override;
  bool Receive(std::string_view bytes) override;
  bool NextRequest(std::string& request) override;
  bool HasRequest() const override;
  bool IsNextNack() const override;
  bool IsInterested(ResourceType type) const override { return !types_[type].interest.empty(); }
  static void AddSubscription(TypeState& state,
                              envoy::service::discovery::v3::DeltaDiscoveryRequest& request);

  PerType<TypeState> types_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_DELTA_CLIENT_H_
