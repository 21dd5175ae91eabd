#ifndef FAIRLEAD_TESTS_SIM_ADS_H_
#define FAIRLEAD_TESTS_SIM_ADS_H_

// A control plane without threads or gRPC: the far end of an ADS stream, in both dialects, over
// messages that take their time and streams that break.
//
//     Ads ads(stage, loop, uses_delta);
//     ads.Connect(client);                 // the proxy's client; ads is its Transport
//     ads.Set(type, name, bytes);          // a resource, new or changed; Remove(type, name)
//     ads.Publish(type);                   // the state as it is now goes out
//     ads.BreakStream();                   // and it is opened again soon
//
// Thread: one. Source: XDS protocol; DiscoveryRequest, DeltaDiscoveryRequest.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "dataplane/event/loop.h"
#include "dataplane/xds/resource_type.h"
#include "dataplane/xds/xds_client.h"
#include "tests/sim/stage.h"

namespace fairlead::sim {

class Ads final : public xds::Transport {
 public:
  Ads(Stage& stage, bool uses_delta) : stage_(stage), uses_delta_(uses_delta) {}

  void Connect(xds::XdsClient& client);
  void Set(xds::ResourceType type, const std::string& name, std::string bytes);
  void Remove(xds::ResourceType type, const std::string& name);
  void Publish(xds::ResourceType type);
  void BreakStream();
  // No more streams.
  void Stop();

  uint64_t nacks() const { return nacks_; }

 private:
  struct Versioned {
    uint64_t version = 0;
    std::string bytes;
  };
  struct TypeState {
    std::map<std::string, Versioned> resources;
    uint64_t version = 1;
    // Of the present stream:
    bool is_wanted = false;
    bool is_wildcard = false;
    std::set<std::string> names;
    std::string nonce;
    // What the client has, by name.
    std::map<std::string, uint64_t> told;
  };

  // From the client.
  void Send(std::string message) override;
  void ReadOn() override {}

  void Receive(const std::string& message);
  void ReceiveSotw(const std::string& message);
  void ReceiveDelta(const std::string& message);
  void Open();
  void Answer(xds::ResourceType type);
  void AnswerSotw(xds::ResourceType type);
  void AnswerDelta(xds::ResourceType type);
  void Deliver(std::string message);
  bool Wants(const TypeState& state, const std::string& name) const;
  event::Duration Delay();

  Stage& stage_;
  const bool uses_delta_;
  xds::XdsClient* client_ = nullptr;
  bool is_open_ = false;
  bool is_stopped_ = false;
  // Messages of former streams are not delivered.
  uint64_t stream_ = 0;
  uint64_t nonces_ = 0;
  uint64_t nacks_ = 0;
  event::MonotonicTime last_arrival_{};
  xds::PerType<TypeState> types_;
};

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_ADS_H_
