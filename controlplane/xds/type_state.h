#ifndef FAIRLEAD_CONTROLPLANE_XDS_TYPE_STATE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_TYPE_STATE_H_

// What one stream has been sent, has accepted and still must get of one resource type.
//
// The state of the client is not kept resource by resource: it is "the subscribed part of `base`",
// an immutable map that all streams share, with the few exceptions in `ahead` and `lingering`. What
// must be sent is the difference between that and the newest snapshot, whatever happened between.
//
// Thread: none of its own. Owner: Session, whose parts read and write the fields.
// Limits: kInFlightMax unanswered responses; names as many as are subscribed.
// Source: xDS protocol, "ACK", "NACK"; XDS rules on nonces.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "controlplane/fleet/proxy_status.h"
#include "controlplane/xds/names.h"
#include "controlplane/xds/response.h"
#include "controlplane/xds/snapshot.h"
#include "controlplane/xds/subscription.h"
#include "controlplane/xds/type_table.h"

namespace fairlead::control::xds {

struct TypeState {
  static constexpr std::size_t kInFlightMax = 8;

  // A response that the client has neither acknowledged nor rejected.
  struct InFlight {
    std::string nonce;
    std::string version;
    std::shared_ptr<const ResourceList> resources;
    // Waited for long enough: nothing is held back for it any more.
    bool is_overdue = false;
  };

  const TypeTraits* traits = nullptr;
  // State of the world and a type where each response is complete.
  bool is_full_set = false;
  // No request has named it yet.
  bool is_new = true;
  Subscription subscription;

  // The state that the client has been brought to; null before the first answer.
  std::shared_ptr<const TypeResources> base;
  // Not in `base` any more, but still at the client: removals that wait for the rest of a change.
  std::map<std::string, std::shared_ptr<const EncodedResource>, std::less<>> lingering;
  // The version of the state that the lingering resources are from.
  std::string lingering_version;
  // Sent from a newer snapshot than `base`, by name: the version, or empty for "does not exist".
  NameMap<std::string> ahead;

  // What the client must be answered, whatever it is believed to have.
  NameSet pending;
  bool is_all_pending = false;
  // Answer even if there is nothing to say.
  bool is_answer_due = false;
  // State of the world: what the client says it has from an earlier stream.
  std::string resumed_version;
  // Delta: the same, by resource; only until the first answer.
  std::optional<NameMap<std::string>> initial_versions;

  std::deque<InFlight> in_flight;
  std::string last_nonce;
  // Name and version of what the client refused. Not sent again until one of them changes; then
  // all of them are, because a client may have refused the good with the bad.
  NameMap<std::string> rejected;
  fleet::TypeStatus status;

  bool HasAnswerDue() const { return is_answer_due || is_all_pending || !pending.empty(); }
  bool IsAnswered() const { return in_flight.empty(); }
  // Nothing is under way that a later type of the same change must wait for.
  bool IsSettled() const;
  bool HasRejection() const { return status.last_nack_time != absl::InfinitePast(); }

  void Sent(const Response& response);
  // The client accepted the response `nonce`. Returns what is answered by that, oldest first.
  std::vector<InFlight> Acknowledge(std::string_view nonce);
  // The client refused the response `nonce` because of `reason`.
  std::vector<InFlight> Reject(std::string_view nonce, std::string_view reason, absl::Time now);
  // The client does not want it any more.
  void Forget(std::string_view name);
  void ClearRejection();

 private:
  std::vector<InFlight> TakeUpTo(std::string_view nonce);
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_TYPE_STATE_H_
