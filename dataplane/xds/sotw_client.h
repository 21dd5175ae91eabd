#ifndef FAIRLEAD_DATAPLANE_XDS_SOTW_CLIENT_H_
#define FAIRLEAD_DATAPLANE_XDS_SOTW_CLIENT_H_

// The state-of-the-world dialect of xDS: every request holds the complete list of names, the last
// accepted version of the type and the nonce of the last response. See XdsClient for the use.
//
//     first request     version: last accepted (also of a former stream)   nonce: ""
//     ACK               version: the response's                            nonce: the response's
//     NACK              version: last accepted, error_detail               nonce: the response's
//
// Thread: configuration. Source: XDS protocol, "ACK/NACK and resource type instance version".

#include "dataplane/xds/xds_client.h"

namespace fairlead::xds {

class SotwClient final : public XdsClient {
 public:
  using XdsClient::XdsClient;

  void SetInterest(ResourceType type, Interest interest) override;
  // Sends the list again; a server that follows the rules answers it only if it has news.
  void Refresh(ResourceType type, const std::vector<std::string>& names) override;

 private:
  struct TypeState {
    Interest interest;
    std::string accepted_version;  // Survives the stream.
    // Of the present stream:
    std::string nonce;
    bool is_requested = false;
    bool names_were_sent = false;
    bool is_due = false;  // A request has to be sent.
    std::string nack;     // Its error, if it is a NACK.
  };

  void Restart() override;
  bool Receive(std::string_view bytes) override;
  bool NextRequest(std::string& request) override;
  bool HasRequest() const override;
  bool IsNextNack() const override;
  bool IsInterested(ResourceType type) const override { return !types_[type].interest.empty(); }

  PerType<TypeState> types_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_SOTW_CLIENT_H_
