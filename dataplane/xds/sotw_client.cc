#include "dataplane/xds/sotw_client.h"

#include <utility>

#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::xds {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

void SotwClient::SetInterest(ResourceType type, Interest interest) {
  TypeState& state = types_[type];
  if (state.interest == interest) return;
  if (state.interest.empty()) handler().OnAttempt(type);
  state.interest = std::move(interest);
  // An empty first list would mean "everything": with nothing wanted, nothing is said.
  state.is_due = state.is_requested || !state.interest.empty();
  Flush();
}

void SotwClient::Refresh(ResourceType type, const std::vector<std::string>& names) {
  TypeState& state = types_[type];
  if (names.empty() || state.interest.empty()) return;
  state.is_due = true;
  Flush();
}

void SotwClient::Restart() {
  for (const ResourceType type : kResourceTypes) {
    TypeState& state = types_[type];
    state.nonce.clear();
    state.nack.clear();
    state.is_requested = false;
    state.names_were_sent = false;
    state.is_due = !state.interest.empty();
  }
}

bool SotwClient::HasRequest() const {
  for (const ResourceType type : kResourceTypes) {
    if (types_[type].is_due) return true;
  }
  return false;
}

bool SotwClient::IsNextNack() const {
  for (const ResourceType type : kResourceTypes) {
    if (types_[type].is_due) return !types_[type].nack.empty();
  }
  return false;
}

bool SotwClient::NextRequest(std::string& request) {
  for (const ResourceType type : kResourceTypes) {
    TypeState& state = types_[type];
    if (!std::exchange(state.is_due, false)) continue;
    DiscoveryRequest message;
    if (const auto* node = TakeNode()) *message.mutable_node() = *node;
    message.set_type_url(std::string(TypeUrl(type)));
    message.set_version_info(state.accepted_version);
    message.set_response_nonce(state.nonce);
    for (const std::string& name : state.interest.names) message.add_resource_names(name);
    // An empty list is the wildcard only as long as no name was sent on the stream.
    const bool was_named = state.names_were_sent || message.resource_names_size() > 0;
    if (state.interest.is_wildcard && was_named) message.add_resource_names("*");
    if (!state.nack.empty()) {
      message.mutable_error_detail()->set_code(kNackCode);
      message.mutable_error_detail()->set_message(std::exchange(state.nack, ""));
    }
    state.is_requested = true;
    state.names_were_sent = was_named;
    request = message.SerializeAsString();
    return true;
  }
  return false;
}

bool SotwClient::Receive(std::string_view bytes) {
  DiscoveryResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  NoteControlPlane(response.control_plane());
  const std::optional<ResourceType> type = TypeOfUrl(response.type_url());
  if (!type.has_value() || !types_[*type].is_requested) {
    CountUnknownType(response.type_url());
    return true;
  }
  TypeState& state = types_[*type];
  state.nonce = response.nonce();
  state.is_due = true;  // Every response is answered.
  ResponseReader reader(*type, state.interest);
  reader.update().version = response.version_info();
  reader.update().is_whole_state = IsWholeState(*type);
  for (auto& resource : *response.mutable_resources())
    reader.Add(resource, response.version_info());
  Update update = reader.Take();
  const std::vector<ResourceError> of_source = update.source_errors;
  const size_t resources = update.resources.size();
  state.nack = NackText(of_source, handler().OnUpdate(std::move(update)), resources);
  if (state.nack.empty()) state.accepted_version = response.version_info();
  return true;
}

}  // namespace fairlead::xds
