#include "dataplane/xds/sotw_client.h"

#include <utility>
#include <vector>

#include "dataplane/xds/wire_fields.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/stubs/common.h"

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

namespace {

// A response without its resources, and these as they stand in its bytes: a large one has 10,000,
// of which nothing but one is new.
struct Parts {
  struct Any {
    std::string_view type_url;
    std::string_view value;
  };
  DiscoveryResponse response;
  std::vector<Any> resources;
};

bool ParseAny(std::string_view bytes, Parts::Any& any) {
  WireFields fields(bytes);
  while (fields.Next()) {
    if (fields.Is(google::protobuf::Any::kTypeUrlFieldNumber)) any.type_url = fields.value();
    if (fields.Is(google::protobuf::Any::kValueFieldNumber)) any.value = fields.value();
  }
  return !fields.is_malformed() && google::protobuf::internal::IsStructurallyValidUTF8(
                                       any.type_url.data(), static_cast<int>(any.type_url.size()));
}

bool Parse(std::string_view bytes, Parts& parts) {
  std::string others;
  WireFields fields(bytes);
  while (fields.Next()) {
    if (!fields.Is(DiscoveryResponse::kResourcesFieldNumber)) {
      others += fields.field();
    } else if (!ParseAny(fields.value(), parts.resources.emplace_back())) {
      return false;
    }
  }
  return !fields.is_malformed() && parts.response.ParseFromString(others);
}

}  // namespace

bool SotwClient::Receive(std::string_view bytes) {
  Parts parts;
  if (!Parse(bytes, parts)) return false;
  const DiscoveryResponse& response = parts.response;
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
  for (const Parts::Any& resource : parts.resources) {
    reader.Add(resource.type_url, resource.value, response.version_info());
  }
  Update update = reader.Take();
  const std::vector<ResourceError> of_source = update.source_errors;
  const size_t resources = update.resources.size();
  state.nack = NackText(of_source, handler().OnUpdate(std::move(update)), resources);
  if (state.nack.empty()) state.accepted_version = response.version_info();
  return true;
}

}  // namespace fairlead::xds
