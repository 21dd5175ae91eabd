#include "dataplane/xds/delta_client.h"

#include <utility>

#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::xds {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;

void DeltaClient::SetInterest(ResourceType type, Interest interest) {
  TypeState& state = types_[type];
  if (state.interest == interest) return;
  if (state.interest.empty()) handler().OnAttempt(type);
  state.interest = std::move(interest);
  const auto is_unwanted = [&](const auto& name) { return !state.interest.Wants(name); };
  absl::erase_if(state.versions, [&](const auto& entry) { return is_unwanted(entry.first); });
  std::erase_if(state.refreshing, is_unwanted);
  // An empty first request would mean "everything": with nothing wanted, nothing is said.
  state.subscription_is_due = state.is_requested || !state.interest.empty();
  Flush();
}

void DeltaClient::Refresh(ResourceType type, const std::vector<std::string>& names) {
  TypeState& state = types_[type];
  for (const std::string& name : names) {
    if (!state.interest.Wants(name)) continue;
    state.refreshing.insert(name);
    // Not told yet: the subscription that is due asks for it anyhow. By the wildcard alone: there
    // is no way to ask, until the next stream.
    if (state.told.names.count(name) > 0) state.refresh_is_due = true;
  }
  Flush();
}

void DeltaClient::Restore(ResourceType type,
                          const std::vector<std::pair<std::string, std::string>>& versions) {
  TypeState& state = types_[type];
  for (const auto& [name, version] : versions) {
    if (state.interest.Wants(name)) state.versions[name] = version;
  }
}

void DeltaClient::Restart() {
  for (const ResourceType type : kResourceTypes) {
    TypeState& state = types_[type];
    state.is_requested = false;
    state.refresh_is_due = false;
    state.subscription_is_due = !state.interest.empty();
    state.told = {};
    state.answers.clear();
  }
}

bool DeltaClient::HasRequest() const {
  for (const ResourceType type : kResourceTypes) {
    if (types_[type].IsDue()) return true;
  }
  return false;
}

bool DeltaClient::IsNextNack() const {
  for (const ResourceType type : kResourceTypes) {
    const TypeState& state = types_[type];
    if (state.IsDue()) return !state.answers.empty() && !state.answers.front().nack.empty();
  }
  return false;
}

// What changed since the server was last told, and what is asked for again.
void DeltaClient::AddSubscription(TypeState& state, DeltaDiscoveryRequest& request) {
  const Interest& wanted = state.interest;
  if (!state.subscription_is_due) {
    // Nothing but refreshes: not worth a look at every name there is.
    if (!std::exchange(state.refresh_is_due, false)) return;
    for (const std::string& name : state.refreshing) {
      if (wanted.names.count(name) > 0) request.add_resource_names_subscribe(name);
    }
    return;
  }
  for (const std::string& name : wanted.names) {
    const bool again = state.refresh_is_due && state.refreshing.count(name) > 0;
    if (again || state.told.names.count(name) == 0) request.add_resource_names_subscribe(name);
  }
  for (const std::string& name : state.told.names) {
    if (wanted.names.count(name) == 0) request.add_resource_names_unsubscribe(name);
  }
  // The wildcard is an empty first request; once there are names it has to be said.
  if (wanted.is_wildcard && !state.told.is_wildcard &&
      (state.is_requested || request.resource_names_subscribe_size() > 0)) {
    request.add_resource_names_subscribe("*");
  }
  if (!wanted.is_wildcard && state.told.is_wildcard) request.add_resource_names_unsubscribe("*");
  state.told = wanted;
  state.subscription_is_due = false;
  state.refresh_is_due = false;
}

bool DeltaClient::NextRequest(std::string& request) {
  for (const ResourceType type : kResourceTypes) {
    TypeState& state = types_[type];
    if (!state.IsDue()) continue;
    DeltaDiscoveryRequest message;
    if (const auto* node = TakeNode()) *message.mutable_node() = *node;
    message.set_type_url(std::string(TypeUrl(type)));
    if (!state.is_requested) {
      for (const auto& [name, version] : state.versions) {
        if (state.refreshing.count(name) == 0) {
          (*message.mutable_initial_resource_versions())[name] = version;
        }
      }
    }
    AddSubscription(state, message);
    state.is_requested = true;
    if (!state.answers.empty()) {
      Answer answer = std::move(state.answers.front());
      state.answers.pop_front();
      message.set_response_nonce(std::move(answer.nonce));
      if (!answer.nack.empty()) {
        message.mutable_error_detail()->set_code(kNackCode);
        message.mutable_error_detail()->set_message(std::move(answer.nack));
      }
    }
    request = message.SerializeAsString();
    return true;
  }
  return false;
}

bool DeltaClient::Receive(std::string_view bytes) {
  DeltaDiscoveryResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  NoteControlPlane(response.control_plane());
  const std::optional<ResourceType> type = TypeOfUrl(response.type_url());
  if (!type.has_value() || !types_[*type].is_requested) {
    CountUnknownType(response.type_url());
    return true;
  }
  TypeState& state = types_[*type];
  ResponseReader reader(*type, state.interest);
  reader.update().version = response.system_version_info();
  for (const auto& resource : response.resources()) {
    // Without a body it is a heartbeat, which only renews a time to live.
    if (!resource.has_resource()) continue;
    if (resource.has_ttl()) {
      reader.Refuse(resource.name(), ResponseReader::kTtlFault);
      continue;
    }
    reader.AddNamed(resource.name(), resource.version(), resource.resource());
  }
  Update update = reader.Take();
  for (std::string& name : *response.mutable_removed_resources()) {
    state.versions.erase(name);
    state.refreshing.erase(name);
    update.removed.push_back(std::move(name));
  }
  std::vector<std::pair<std::string, std::string>> versions;
  for (const Resource& resource : update.resources) {
    state.refreshing.erase(resource.name);
    versions.emplace_back(resource.name, resource.version);
  }
  const std::vector<ResourceError> of_source = update.source_errors;
  const std::vector<ResourceError> errors = handler().OnUpdate(std::move(update));
  StringSet refused;
  for (const ResourceError& error : errors) refused.insert(error.name);
  for (auto& [name, version] : versions) {
    // What the handler no longer wants, having seen the response, is not remembered either.
    if (refused.contains(name) || !state.interest.Wants(name)) continue;
    state.versions[name] = std::move(version);
  }
  state.answers.push_back({response.nonce(), NackText(of_source, errors, versions.size())});
  return true;
}

}  // namespace fairlead::xds
