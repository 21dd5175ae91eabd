#include "controlplane/xds/type_state.h"

#include <algorithm>
#include <utility>

namespace fairlead::control::xds {
namespace {

// Enough for every message of a person's making; the rest of a longer one is cut.
constexpr std::size_t kReasonBytesMax = 8192;

}  // namespace

bool TypeState::IsSettled() const {
  return std::all_of(in_flight.begin(), in_flight.end(),
                     [](const InFlight& response) { return response.is_overdue; });
}

void TypeState::Sent(const Response& response) {
  last_nonce = response.nonce;
  status.version_sent = response.version;
  in_flight.push_back({response.nonce, response.version, response.resources});
  // Each entry stands for a request or a publish since the oldest; a client that lets so many pass
  // does not answer at all, and then the oldest answers are of no use.
  if (in_flight.size() > kInFlightMax) in_flight.pop_front();
}

std::vector<TypeState::InFlight> TypeState::TakeUpTo(std::string_view nonce) {
  const auto found =
      std::find_if(in_flight.begin(), in_flight.end(),
                   [nonce](const InFlight& response) { return response.nonce == nonce; });
  if (found == in_flight.end()) return {};
  std::vector<InFlight> taken(std::make_move_iterator(in_flight.begin()),
                              std::make_move_iterator(found + 1));
  in_flight.erase(in_flight.begin(), found + 1);
  return taken;
}

std::vector<TypeState::InFlight> TypeState::Acknowledge(std::string_view nonce) {
  std::vector<InFlight> answered = TakeUpTo(nonce);
  if (answered.empty()) return answered;
  status.version_acknowledged = answered.back().version;
  if (!rejected.empty()) {
    for (const auto& resource : *answered.back().resources) rejected.erase(resource->name);
  }
  if (rejected.empty()) ClearRejection();
  return answered;
}

std::vector<TypeState::InFlight> TypeState::Reject(std::string_view nonce, std::string_view reason,
                                                   absl::Time now) {
  std::vector<InFlight> answered = TakeUpTo(nonce);
  ++status.nacks;
  status.last_nack_time = now;
  status.last_nack =
      reason.empty() ? "(the client gave no reason)" : reason.substr(0, kReasonBytesMax);
  // A complete set is sent as a whole or not at all, so that its parts need not be remembered.
  if (answered.empty() || is_full_set) return answered;
  for (const auto& resource : *answered.back().resources) {
    if (subscription.Wants(resource->name)) rejected[resource->name] = resource->version;
  }
  return answered;
}

void TypeState::Forget(std::string_view name) {
  pending.erase(name);
  ahead.erase(name);
  if (const auto found = lingering.find(name); found != lingering.end()) lingering.erase(found);
  if (rejected.erase(name) != 0 && rejected.empty()) ClearRejection();
}

void TypeState::ClearRejection() {
  status.last_nack.clear();
  status.last_nack_time = absl::InfinitePast();
}

}  // namespace fairlead::control::xds
