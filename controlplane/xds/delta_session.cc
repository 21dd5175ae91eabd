#include "controlplane/xds/delta_session.h"

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::control::xds {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;

absl::Status DeltaSession::OnMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                                     absl::Time wall_now) {
  DeltaDiscoveryRequest request;
  if (!request.ParseFromZeroCopyStream(&bytes)) {
    return InvalidArgument(
        "the request is not an envoy.service.discovery.v3.DeltaDiscoveryRequest");
  }
  return OnRequest(request, wall_now);
}

absl::Status DeltaSession::OnRequest(const DeltaDiscoveryRequest& request, absl::Time wall_now) {
  FL_RETURN_IF_ERROR(OnNode(request.has_node(), request.node()));
  FL_ASSIGN_OR_RETURN(TypeState* const state, StateFor(request.type_url()));
  const std::string& nonce = request.response_nonce();
  FL_LOG(debug, "xds: from {}: {} nonce {}: {} names more, {} less, {} known{}", node()->id,
         state->status.type_url, nonce, request.resource_names_subscribe_size(),
         request.resource_names_unsubscribe_size(), request.initial_resource_versions_size(),
         request.has_error_detail() ? ", rejected" : "");
  if (!nonce.empty() && IsOwnNonce(nonce)) {
    OnAnswer(*state, nonce,
             request.has_error_detail() ? &request.error_detail().message() : nullptr, wall_now);
  }
  if (std::exchange(state->is_new, false)) {
    if (!request.initial_resource_versions().empty()) {
      state->initial_versions.emplace(request.initial_resource_versions().begin(),
                                      request.initial_resource_versions().end());
    }
    if (request.resource_names_subscribe().empty() &&
        request.resource_names_unsubscribe().empty() && state->traits->empty_means_all) {
      state->subscription.SubscribeToAll();
      // Answered even when there is nothing: the client waits for it.
      state->is_all_pending = state->is_answer_due = true;
    }
  }
  FL_RETURN_IF_ERROR(Subscribe(*state, request));
  Unsubscribe(*state, request);
  return absl::OkStatus();
}

absl::Status DeltaSession::Subscribe(TypeState& state, const DeltaDiscoveryRequest& request) {
  for (const std::string& name : request.resource_names_subscribe()) {
    FL_RETURN_IF_ERROR(CheckName(state, name));
    state.subscription.Subscribe(name);
    if (name == "*") {
      state.is_all_pending = state.is_answer_due = true;
    } else {
      state.pending.insert(name);
    }
  }
  return CheckNames(state, state.subscription.names().size());
}

void DeltaSession::Unsubscribe(TypeState& state, const DeltaDiscoveryRequest& request) {
  for (const std::string& name : request.resource_names_unsubscribe()) {
    // Unsubscribing from what is not subscribed to is allowed and means nothing.
    if (!state.subscription.Unsubscribe(name)) continue;
    if (name == "*") {
      state.is_all_pending = state.is_answer_due = false;
      continue;
    }
    state.Forget(name);
    // The client has dropped it, but "everything" still includes it: it must be told which.
    if (state.subscription.is_wildcard()) state.pending.insert(name);
  }
}

}  // namespace fairlead::control::xds
