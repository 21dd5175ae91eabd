#include "tests/sim/ads.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::sim {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using xds::ResourceType;

namespace {

constexpr std::chrono::milliseconds kReopenMax(500);

}  // namespace

event::Duration Ads::Delay() {
  return stage_.network.Between(std::chrono::microseconds(100), std::chrono::milliseconds(5));
}

void Ads::Connect(xds::XdsClient& client) {
  client_ = &client;
  Open();
}

void Ads::Open() {
  if (is_stopped_ || is_open_) return;
  for (const ResourceType type : xds::kResourceTypes) {
    TypeState& state = types_[type];
    state.is_wanted = state.is_wildcard = false;
    state.names.clear();
    state.nonce.clear();
    state.told.clear();
  }
  ++stream_;
  is_open_ = true;
  client_->OnConnected();
}

void Ads::BreakStream() {
  if (!is_open_) return;
  is_open_ = false;
  ++stream_;
  stage_.network.Note("ads", "breaks", stream_, 0);
  client_->OnDisconnected("the simulation broke it");
  stage_.network.After(stage_.network.Between(Delay(), kReopenMax), [this] { Open(); });
}

void Ads::Stop() {
  is_stopped_ = true;
  if (std::exchange(is_open_, false)) client_->OnDisconnected("");
  ++stream_;
}

void Ads::Set(ResourceType type, const std::string& name, std::string bytes) {
  TypeState& state = types_[type];
  state.resources[name] = {++state.version, std::move(bytes)};
}

void Ads::Remove(ResourceType type, const std::string& name) {
  TypeState& state = types_[type];
  if (state.resources.erase(name) > 0) ++state.version;
}

void Ads::Publish(ResourceType type) {
  if (is_open_ && types_[type].is_wanted) Answer(type);
}

void Ads::Send(std::string message) {
  last_arrival_ = std::max(last_arrival_, stage_.network.Monotonic() + Delay());
  stage_.network.Schedule(last_arrival_, [this, stream = stream_, message = std::move(message)] {
    if (stream == stream_) Receive(message);
  });
}

void Ads::Deliver(std::string message) {
  last_arrival_ = std::max(last_arrival_, stage_.network.Monotonic() + Delay());
  stage_.network.Schedule(last_arrival_, [this, stream = stream_, message = std::move(message)] {
    if (stream != stream_) return;
    stage_.network.Note("ads", "delivers", stream_, static_cast<int64_t>(message.size()));
    if (!client_->OnMessage(message)) {
      stage_.ledger.Fail("a response was not understood");
    }
  });
}

void Ads::Receive(const std::string& message) {
  uses_delta_ ? ReceiveDelta(message) : ReceiveSotw(message);
}

void Ads::Answer(ResourceType type) { uses_delta_ ? AnswerDelta(type) : AnswerSotw(type); }

bool Ads::Wants(const TypeState& state, const std::string& name) const {
  return state.is_wildcard || state.names.count(name) > 0;
}

void Ads::ReceiveSotw(const std::string& message) {
  DiscoveryRequest request;
  const bool is_good = request.ParseFromString(message);
  const auto type = xds::TypeOfUrl(request.type_url());
  if (!is_good || !type.has_value()) return stage_.ledger.Fail("a request was not understood");
  TypeState& state = types_[*type];
  if (request.has_error_detail()) ++nacks_;
  // An answer to a response that is not the last: what it says is out of date.
  if (request.response_nonce() != state.nonce) return;
  std::set<std::string> names(request.resource_names().begin(), request.resource_names().end());
  const bool is_first = !std::exchange(state.is_wanted, true);
  const bool is_wildcard =
      names.erase("*") > 0 || (request.resource_names().empty() && (is_first || state.is_wildcard));
  const bool has_more = is_first || (is_wildcard && !state.is_wildcard) ||
                        std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                          return state.names.count(name) == 0;
                        });
  state.names = std::move(names);
  state.is_wildcard = is_wildcard;
  if (has_more) Answer(*type);
}

void Ads::AnswerSotw(ResourceType type) {
  TypeState& state = types_[type];
  DiscoveryResponse response;
  response.set_type_url(std::string(xds::TypeUrl(type)));
  response.set_version_info(std::to_string(state.version));
  state.nonce = std::to_string(++nonces_);
  response.set_nonce(state.nonce);
  for (const auto& [name, resource] : state.resources) {
    if (!Wants(state, name)) continue;
    auto* any = response.add_resources();
    any->set_type_url(std::string(xds::TypeUrl(type)));
    any->set_value(resource.bytes);
  }
  Deliver(response.SerializeAsString());
}

void Ads::ReceiveDelta(const std::string& message) {
  DeltaDiscoveryRequest request;
  const bool is_good = request.ParseFromString(message);
  const auto type = xds::TypeOfUrl(request.type_url());
  if (!is_good || !type.has_value()) return stage_.ledger.Fail("a request was not understood");
  TypeState& state = types_[*type];
  if (request.has_error_detail()) ++nacks_;
  const bool is_first = !std::exchange(state.is_wanted, true);
  if (is_first && request.resource_names_subscribe().empty()) state.is_wildcard = true;
  for (const auto& [name, version] : request.initial_resource_versions()) {
    state.told[name] = static_cast<uint64_t>(std::stoull(version));
  }
  for (const std::string& name : request.resource_names_subscribe()) {
    if (name == "*") {
      state.is_wildcard = true;
    } else {
      // Subscribing again asks for it again.
      state.names.insert(name);
      state.told.erase(name);
    }
  }
  for (const std::string& name : request.resource_names_unsubscribe()) {
    if (name == "*") state.is_wildcard = false;
    state.names.erase(name);
    if (!Wants(state, name)) state.told.erase(name);
  }
  if (is_first || !request.resource_names_subscribe().empty()) Answer(*type);
}

void Ads::AnswerDelta(ResourceType type) {
  TypeState& state = types_[type];
  DeltaDiscoveryResponse response;
  response.set_type_url(std::string(xds::TypeUrl(type)));
  response.set_system_version_info(std::to_string(state.version));
  response.set_nonce(std::to_string(++nonces_));
  for (const auto& [name, resource] : state.resources) {
    if (!Wants(state, name) || state.told[name] == resource.version) continue;
    state.told[name] = resource.version;
    auto* out = response.add_resources();
    out->set_name(name);
    out->set_version(std::to_string(resource.version));
    out->mutable_resource()->set_type_url(std::string(xds::TypeUrl(type)));
    out->mutable_resource()->set_value(resource.bytes);
  }
  for (auto told = state.told.begin(); told != state.told.end();) {
    if (state.resources.count(told->first) > 0 || !Wants(state, told->first)) {
      ++told;
      continue;
    }
    response.add_removed_resources(told->first);
    told = state.told.erase(told);
  }
  Deliver(response.SerializeAsString());
}

}  // namespace fairlead::sim
