#ifndef FAIRLEAD_CONTROLPLANE_XDS_SESSION_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SESSION_H_

// The protocol of one stream without the stream: requests and snapshots go in, responses come out.
//
//     SotwSession session(context);                    // or DeltaSession
//     session.OnMessage(bytes, wall_now)               -> error: end the stream with it
//     session.SetTarget(newest_snapshot)
//     while (auto response = session.Next(now)) ...    // whenever nothing is being written
//     session.HeldUntil()                              -> call Next() again by then
//
// Next() first gives the answers that the client asked for, clusters before endpoints before
// listeners before routes. Then it brings the client from what it has to the target in the order of
// Phases() (session.cc): a phase waits until the client has answered the phases before it and has
// the endpoints of the clusters that it was just given, at most `hold_max`; removals of clusters
// and endpoints come last. What was begun is finished with the snapshot it was begun with, because
// a client that was given a cluster will ask for the endpoints of that one; then the newest
// snapshot becomes the target, and those in between are skipped. The state is advanced when a
// response is made, so that a stream that cannot be written to costs nothing.
//
// Thread: none of its own; the stream's lock. Owner: the stream.
// Limits: Context. Source: xDS protocol.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controlplane/fleet/proxy_status.h"
#include "controlplane/xds/names.h"
#include "controlplane/xds/response.h"
#include "controlplane/xds/snapshot.h"
#include "controlplane/xds/snapshot_diff.h"
#include "controlplane/xds/type_state.h"
#include "controlplane/xds/type_table.h"

namespace envoy::config::core::v3 {
class Node;
}
namespace google::protobuf::io {
class ZeroCopyInputStream;
}

namespace fairlead::control::xds {

class Session {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Context {
    // Shared by all sessions of a server; outlives them.
    DiffCache* diffs = nullptr;
    // Different for each stream, so that a nonce of another stream is recognized as such.
    std::string nonce_prefix;
    // The only type that may be asked for, on a per-type stream; empty on an aggregated stream.
    std::string only_type_url;
    std::size_t names_max = 200'000;
    std::size_t types_max = 32;
    std::chrono::milliseconds hold_max{5000};
  };

  // Who is at the other end, by its first request.
  struct Node {
    std::string id;
    std::string cluster;
    std::string user_agent;
  };

  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // One request as it came. An error ends the stream; the session is not used after it.
  virtual absl::Status OnMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                                 absl::Time wall_now) = 0;

  // What the client should have. Never null.
  void SetTarget(std::shared_ptr<const Snapshot> newest) { newest_ = std::move(newest); }
  // The next response that is due. Nothing before the first SetTarget().
  std::optional<Response> Next(Instant now);
  // When something waits for the client's answers: the time from which it does not wait any more.
  std::optional<Instant> HeldUntil() const { return held_until_; }

  // Null before the first request.
  const Node* node() const { return node_.has_value() ? &*node_ : nullptr; }
  // Sorted by type URL.
  std::vector<fleet::TypeStatus> Statuses() const;
  // The newest revision of which nothing is left to send, to answer or to repair; 0 before.
  std::int64_t revision_acknowledged() const { return revision_acknowledged_; }

 protected:
  Session(Variant variant, Context context);

  // Looks only at the first request's node.
  absl::Status OnNode(bool is_present, const envoy::config::core::v3::Node& node);
  // The state of the type that a request names; it is made when the type is new.
  absl::StatusOr<TypeState*> StateFor(std::string_view type_url);
  // Takes the request's nonce and error as the answer to a response. `rejection` is null without
  // error_detail: this and nothing else tells a rejection from an acknowledgement.
  void OnAnswer(TypeState& state, std::string_view nonce, const std::string* rejection,
                absl::Time wall_now);
  // Was `nonce` made by this stream?
  bool IsOwnNonce(std::string_view nonce) const;
  absl::Status CheckNames(const TypeState& state, std::size_t names) const;
  absl::Status CheckName(const TypeState& state, std::string_view name) const;

  const Context& context() const { return context_; }

 private:
  struct Phase;
  static const std::vector<Phase>& Phases();
  // By order, then name: answers and changes go out in this order.
  using Key = std::pair<int, std::string>;

  TypeState* FindState(std::string_view type_url);
  const std::shared_ptr<const TypeResources>& TargetOf(const TypeState& state);

  // No response because something must be answered first: `is_held`.
  struct Change {
    std::optional<Response> response;
    bool is_held = false;
  };
  std::optional<Response> NextAnswer();
  Change NextChange(Instant now);
  bool IsGateOpen(const Phase& phase, Instant now);
  bool AwaitsEndpoints();
  bool IsSettledUpTo(int order) const;
  // Given whether there is something to wait for: whether to wait on. Ends the wait after hold_max.
  bool Waits(bool is_needed, Instant now);
  void GiveUpWaiting();

  // Moves `base` to the target; what that means for this client.
  struct Step {
    ResourceList changed;
    std::vector<std::string> removed;
  };
  Step Advance(TypeState& state);
  std::optional<Response> AnswerFullSet(TypeState& state);
  std::optional<Response> Answer(TypeState& state);
  void AnswerAll(TypeState& state, ResourceList& resources, std::vector<std::string>& removed);
  void AnswerNames(TypeState& state, ResourceList& resources, std::vector<std::string>& removed);
  std::optional<Response> SendChange(TypeState& state);
  std::optional<Response> SendRemovals(TypeState& state);
  void AddRejectedCompanions(TypeState& state, Step& step);
  ResourceList FullSet(const TypeState& state) const;
  // `changed`: those of the resources that are new to the client.
  Response Make(TypeState& state, ResourceList resources, std::vector<std::string> removed,
                const ResourceList& changed);
  void ExpectEndpointsOf(const ResourceList& clusters);
  void Resolve(const std::vector<TypeState::InFlight>& answered);

  const Variant variant_;
  const Context context_;
  std::optional<Node> node_;
  std::shared_ptr<const Snapshot> newest_;
  // Where the client is being brought to. Null before the first Next() with a snapshot.
  std::shared_ptr<const Snapshot> target_;
  std::map<Key, TypeState> states_;
  // Endpoints that the client needs before new clusters work, and has not accepted yet.
  NameSet awaited_endpoints_;
  std::optional<Instant> held_until_;
  std::uint64_t nonces_ = 0;
  std::int64_t revision_acknowledged_ = 0;
  // What it was before, for a rejection that comes after all.
  std::int64_t former_revision_acknowledged_ = 0;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SESSION_H_
