#ifndef FAIRLEAD_DATAPLANE_XDS_XDS_CLIENT_H_
#define FAIRLEAD_DATAPLANE_XDS_XDS_CLIENT_H_

// The client's half of an xDS conversation, without its stream: messages of the server go in,
// requests come out. SotwClient and DeltaClient are the two dialects.
//
//     SotwClient client(options, transport, handler, timers);
//     client.SetInterest(ResourceType::kCluster, {.is_wildcard = true});
//     client.OnConnected();            // -> transport.Send(first request, with the node)
//     client.OnMessage(bytes);         // -> handler.OnUpdate(...), transport.Send(ACK or NACK)
//     client.OnDisconnected("...");    // what was accepted, and what is wanted, is remembered
//
// A response is answered in every case: with an ACK, or with a NACK that names each resource that
// was refused (the good ones of the same response are applied). NACKs are limited in rate, and all
// requests if the configuration says so; while one has to wait for that, no further messages are
// taken in (ReadyForMessages), so that a server that answers every NACK with the same fault costs
// ten rounds a second and no memory.
//
// Thread: configuration. Owner: the source's stream. Source: XDS protocol; envoy
// docs/root/api-docs/xds_protocol.rst.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/event/timer.h"
#include "dataplane/xds/update.h"

namespace envoy::config::core::v3 {
class ControlPlane;
class Node;
}  // namespace envoy::config::core::v3
namespace google::protobuf {
class Any;
}

namespace fairlead::xds {

// What a client needs of its stream. Send is called between OnConnected and OnDisconnected only.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void Send(std::string message) = 0;
  // ReadyForMessages() holds again.
  virtual void ReadOn() = 0;
};

// ApiConfigSource.rate_limit_settings; the defaults are Envoy's.
struct RateLimit {
  double tokens_max = 100;
  double fill_per_second = 10;
};

struct ClientOptions {
  std::shared_ptr<const envoy::config::core::v3::Node> node;
  // Of all requests; without one, as in Envoy, only NACKs are limited, by the defaults.
  std::optional<RateLimit> rate_limit;
};

struct ClientStats {
  bool is_connected = false;
  uint64_t pending_requests = 0;  // Waiting for the rate limit now.
  uint64_t rate_limit_enforced = 0;
  uint64_t unknown_types = 0;  // Responses of a type that was not asked for.
  std::string identifier;      // ControlPlane.identifier
};

// google.rpc.Code of a NACK: INVALID_ARGUMENT.
inline constexpr int kNackCode = 3;

class XdsClient : public Source {
 public:
  // How much of what is wrong a NACK says.
  static constexpr size_t kNackBytesMax = 16 * 1024;

  XdsClient(ClientOptions options, Transport& transport, UpdateHandler& handler,
            event::TimerWheel& timers);

  void OnConnected();
  // An empty `failure`: the stream ended after it had served, which is no fault (gRPC A57).
  void OnDisconnected(std::string_view failure);
  // False if the bytes are no response at all: the stream is to be given up.
  bool OnMessage(std::string_view bytes);
  // Whether the next message may be handed in; when not, ReadOn() follows.
  bool ReadyForMessages() const { return !is_waiting_; }

  const ClientStats& stats() const { return stats_; }

 protected:
  // A new stream: nothing that was said on the former one counts.
  virtual void Restart() = 0;
  virtual bool Receive(std::string_view bytes) = 0;
  // The next request to send, in the order of types; false if there is none.
  virtual bool NextRequest(std::string& request) = 0;
  virtual bool HasRequest() const = 0;
  // Whether the next request is a NACK.
  virtual bool IsNextNack() const = 0;
  virtual bool IsInterested(ResourceType type) const = 0;

  // Sends what there is to send. Within OnMessage it is put off to its end.
  void Flush();
  // The node, for the first message of a stream; null for the others.
  const envoy::config::core::v3::Node* TakeNode();
  void NoteControlPlane(const envoy::config::core::v3::ControlPlane& control_plane);
  void CountUnknownType(std::string_view type_url);
  UpdateHandler& handler() { return handler_; }

 private:
  bool TakeToken();

  const ClientOptions options_;
  const RateLimit rate_limit_;
  Transport& transport_;
  UpdateHandler& handler_;
  event::TimerWheel& timers_;
  event::Timer refill_;
  double tokens_;
  event::MonotonicTime filled_at_;
  bool is_connected_ = false;
  bool is_in_message_ = false;
  bool is_waiting_ = false;
  bool node_is_sent_ = false;
  ClientStats stats_;
};

// Collects the resources of one response into an update, and what is wrong with them.
class ResponseReader {
 public:
  ResponseReader(ResourceType type, const Interest& interest) : interest_(interest) {
    update_.type = type;
  }

  // A resource as state-of-the-world responses hold it, in an Any of `type_url` and `bytes`: of the
  // type, or wrapped in a Resource.
  void Add(std::string_view type_url, std::string_view bytes, const std::string& version);
  // A resource with its name told (delta).
  void AddNamed(std::string_view name, const std::string& version,
                const google::protobuf::Any& resource);
  // A resource that is refused whatever it holds.
  void Refuse(std::string_view name, std::string_view fault);
  // Finds the duplicates. Resources that nobody asked for are left out.
  Update Take();
  Update& update() { return update_; }

  static constexpr std::string_view kTtlFault = "has a ttl, which is not supported by this proxy";

 private:
  void AddWrapped(std::string_view wrapper);
  bool HasType(std::string_view type_url, std::string_view name);

  const Interest& interest_;
  Update update_;
  int index_ = -1;
};

// The text of a NACK: every error of the source and of the handler, bounded, and that the others of
// the `resources` handed over were applied. Empty: an ACK.
std::string NackText(const std::vector<ResourceError>& of_source,
                     const std::vector<ResourceError>& of_handler, size_t resources);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_XDS_CLIENT_H_
