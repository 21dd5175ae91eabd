#include "controlplane/xds/sotw_session.h"

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::control::xds {

using envoy::service::discovery::v3::DiscoveryRequest;

absl::Status SotwSession::OnMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                                    absl::Time wall_now) {
  DiscoveryRequest request;
  if (!request.ParseFromZeroCopyStream(&bytes)) {
    return InvalidArgument("the request is not an envoy.service.discovery.v3.DiscoveryRequest");
  }
  return OnRequest(request, wall_now);
}

absl::Status SotwSession::OnRequest(const DiscoveryRequest& request, absl::Time wall_now) {
  FL_RETURN_IF_ERROR(OnNode(request.has_node(), request.node()));
  FL_ASSIGN_OR_RETURN(TypeState* const state, StateFor(request.type_url()));
  FL_RETURN_IF_ERROR(CheckNames(*state, request.resource_names_size()));
  std::vector<std::string_view> names;
  names.reserve(request.resource_names_size());
  for (const std::string& name : request.resource_names()) {
    FL_RETURN_IF_ERROR(CheckName(*state, name));
    names.push_back(name);
  }

  FL_LOG(debug, "xds: from {}: {} version {} nonce {}: {} names{}", node()->id,
         state->status.type_url, request.version_info(), request.response_nonce(), names.size(),
         request.has_error_detail() ? ", rejected" : "");

  // A nonce that is not ours is from an earlier stream: the request says nothing about this one.
  const std::string& nonce = request.response_nonce();
  if (!nonce.empty() && IsOwnNonce(nonce)) {
    const bool is_stale = nonce != state->last_nonce;
    if (request.has_error_detail()) {
      OnAnswer(*state, nonce, &request.error_detail().message(), wall_now);
    } else if (!is_stale) {
      OnAnswer(*state, nonce, nullptr, wall_now);
    }
    if (is_stale) {
      state->subscription.Shrink(names);
      return absl::OkStatus();
    }
  }
  const bool is_first = std::exchange(state->is_new, false);
  Subscribe(*state, names);
  if (is_first && state->subscription.is_pure_wildcard()) {
    state->resumed_version = request.version_info();
  }
  return absl::OkStatus();
}

void SotwSession::Subscribe(TypeState& state, const std::vector<std::string_view>& names) {
  const Subscription::Growth growth =
      state.subscription.SetNames(names, state.traits->empty_means_all);
  absl::erase_if(state.rejected,
                 [&state](const auto& entry) { return !state.subscription.Wants(entry.first); });
  if (growth.wildcard) {
    // The first "everything" is answered even when that is nothing: the client waits for it.
    state.is_all_pending = state.is_answer_due = true;
  }
  if (growth.names.empty()) return;
  if (state.is_full_set) {
    state.is_answer_due = true;
  } else {
    // The whole subscription, except what the client has refused in this form.
    for (const std::string& name : state.subscription.names()) {
      if (!state.rejected.contains(name)) state.pending.insert(name);
    }
  }
  state.pending.insert(growth.names.begin(), growth.names.end());
}

}  // namespace fairlead::control::xds
