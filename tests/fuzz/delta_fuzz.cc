// The bytes are a script for a server and for the pipeline: responses good and bad, interests that
// change (also while an update is handled), refreshes, broken streams, time. Beside the client
// stands a model of both ends. Must hold: each response is answered once, by its nonce, in order,
// refused when and only when something in it was wrong; what the server believes to be subscribed
// is what is wanted; a new stream tells the versions that were accepted last, no others, and the
// node first; an update holds what is wanted and nothing else.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/base/log.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/delta_client.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using Names = std::set<std::string, std::less<>>;

constexpr uint32_t kNames = 5;

// Takes numbers from the input until it is used up; from then on all are 0.
class Script {
 public:
  explicit Script(std::string_view bytes) : bytes_(bytes) {}

  bool is_over() const { return bytes_.empty(); }
  uint32_t Choose(uint32_t n) {
    if (bytes_.empty()) return 0;
    const uint32_t number = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return number % n;
  }
  bool OneIn(uint32_t n) { return Choose(n) == n - 1; }
  std::string Name() { return std::string(1, static_cast<char>('a' + Choose(kNames))); }
  ResourceType Type() { return kResourceTypes[Choose(kResourceTypeCount)]; }
  Interest WhatIsWanted() {
    Interest interest;
    interest.is_wildcard = OneIn(4);
    for (uint32_t bits = Choose(1 << kNames), i = 0; i < kNames; ++i) {
      if ((bits >> i & 1) != 0) interest.names.insert(std::string(1, static_cast<char>('a' + i)));
    }
    return interest;
  }
  std::string_view Rest(size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

// A message of any of the four types that has only its name: each has it in field 1.
std::string NamedBytes(const std::string& name) {
  return StrCat("\x0a", std::string(1, static_cast<char>(name.size())), name);
}

// What a server knows of a type on the present stream.
struct ServerView {
  bool is_requested = false;
  bool is_wildcard = false;
  Names names;
  struct Sent {
    std::string nonce;
    bool is_wrong = false;
  };
  std::deque<Sent> unanswered;
};

// What the pipeline has of a type.
struct PipelineView {
  Interest interest;
  std::map<std::string, std::string> versions;
  Names refreshing;

  void Want(const Interest& wanted) {
    interest = wanted;
    std::erase_if(versions, [&](const auto& entry) { return !interest.Wants(entry.first); });
    std::erase_if(refreshing, [&](const std::string& name) { return !interest.Wants(name); });
  }
};

class Model final : private Transport, private UpdateHandler {
 public:
  explicit Model(std::string_view bytes) : script_(bytes) {}

  void Run() {
    while (!script_.is_over()) {
      Step();
      if (is_connected_ && client_.ReadyForMessages()) CheckSettled();
    }
    for (int i = 0; i < 100 && is_connected_ && !client_.ReadyForMessages(); ++i) Pass(1000);
    FL_CHECK(!is_connected_ || client_.ReadyForMessages());
    if (is_connected_) CheckSettled();
  }

 private:
  void Step();
  void Respond();
  void AddResource(DeltaDiscoveryResponse& response, bool& is_wrong);
  void Restart();
  void CheckSettled() const;
  void CheckSubscription(const DeltaDiscoveryRequest& request, ServerView& server,
                         const PipelineView& pipeline, bool is_first);
  void SetInterest(ResourceType type, const Interest& interest) {
    pipeline_[type].Want(interest);
    client_.SetInterest(type, interest);
  }
  void Pass(int milliseconds) {
    now_ += std::chrono::milliseconds(milliseconds);
    wheel_.Advance(now_);
  }

  // Of the client.
  void Send(std::string bytes) override;
  void ReadOn() override { FL_CHECK(client_.ReadyForMessages()); }
  std::vector<ResourceError> OnUpdate(Update update) override;
  void OnAttempt(ResourceType) override {}
  void OnSourceFailure(ResourceType type, std::string_view reason) override {
    FL_CHECK(!reason.empty() && !pipeline_[type].interest.empty());
  }

  Script script_;
  event::MonotonicTime now_{std::chrono::seconds(100)};
  event::TimerWheel wheel_{now_};
  DeltaClient client_{{.node = std::make_shared<envoy::config::core::v3::Node>(), .rate_limit = {}},
                      *this,
                      *this,
                      wheel_};
  PerType<ServerView> server_;
  PerType<PipelineView> pipeline_;
  bool is_connected_ = false;
  bool is_node_due_ = false;
  bool wants_less_at_update_ = false;
  uint64_t versions_ = 0;
  // Of the response that is being handled: what the update must hold, and what of it is refused.
  bool expects_update_ = false;
  std::map<std::string, std::string> expected_;
  Names expected_removed_;
  Names refused_;
};

void Model::Step() {
  switch (script_.Choose(8)) {
    case 0:
      return Restart();
    case 1: {
      const ResourceType type = script_.Type();
      return SetInterest(type, script_.WhatIsWanted());
    }
    case 2: {
      const ResourceType type = script_.Type();
      const std::string name = script_.Name();
      if (pipeline_[type].interest.Wants(name)) pipeline_[type].refreshing.insert(name);
      return client_.Refresh(type, {name});
    }
    case 3:
      return Pass(static_cast<int>(script_.Choose(256)) * 4);
    case 4: {
      const std::string bytes(script_.Rest(script_.Choose(32)));
      DeltaDiscoveryResponse response;
      const bool is_one = response.ParseFromString(bytes);
      if (!is_connected_ || !client_.ReadyForMessages()) return;
      if (is_one && TypeOfUrl(response.type_url()).has_value()) return;
      FL_CHECK(client_.OnMessage(bytes) == is_one);
      return is_one ? void() : Restart();
    }
    default:
      if (is_connected_ && client_.ReadyForMessages()) Respond();
  }
}

void Model::Restart() {
  if (is_connected_) {
    is_connected_ = false;
    client_.OnDisconnected(script_.OneIn(2) ? "it broke" : "");
  }
  if (script_.OneIn(4)) {
    const ResourceType type = script_.Type();
    const std::string name = script_.Name();
    const std::string version = StrCat("restored", ++versions_);
    if (pipeline_[type].interest.Wants(name)) pipeline_[type].versions[name] = version;
    client_.Restore(type, {{name, version}});
  }
  if (script_.OneIn(3)) return;
  server_ = {};
  is_connected_ = true;
  is_node_due_ = true;
  client_.OnConnected();
}

// One more resource, and what is to become of it.
void Model::AddResource(DeltaDiscoveryResponse& response, bool& is_wrong) {
  enum { kGood, kAlsoGood, kRefused, kHeartbeat, kTtl, kOtherType, kOtherName, kMalformed };
  const auto kind = script_.Choose(8);
  const std::string name = script_.Name();
  auto& resource = *response.add_resources();
  resource.set_name(name);
  resource.set_version(StrCat("v", ++versions_));
  if (kind == kHeartbeat) return;
  resource.mutable_resource()->set_type_url(kind == kOtherType ? "type.googleapis.com/x.Y"
                                                               : response.type_url());
  resource.mutable_resource()->set_value(kind == kOtherName   ? NamedBytes("other")
                                         : kind == kMalformed ? "\x0a\x7f"
                                                              : NamedBytes(name));
  if (kind == kTtl) resource.mutable_ttl()->set_seconds(1);
  if (kind > kHeartbeat) {
    is_wrong = true;
  } else if (!expected_.emplace(name, resource.version()).second) {
    is_wrong = true;
    expected_[name].clear();  // Twice: neither counts.
  } else if (kind == kRefused) {
    refused_.insert(name);
  }
}

void Model::Respond() {
  const ResourceType type = script_.Type();
  const PipelineView before = pipeline_[type];
  DeltaDiscoveryResponse response;
  response.set_type_url(script_.OneIn(16) ? "type.googleapis.com/unheard.of"
                                          : std::string(TypeUrl(type)));
  response.set_nonce(StrCat("n", ++versions_));
  expected_.clear();
  expected_removed_.clear();
  refused_.clear();
  bool is_wrong = false;
  for (uint32_t i = script_.Choose(4); i > 0; --i) AddResource(response, is_wrong);
  for (uint32_t i = script_.Choose(3); i > 0; --i) {
    const std::string name = script_.Name();
    const auto is_it = [&](const auto& resource) { return resource.name() == name; };
    const auto& sent = response.resources();
    if (std::any_of(sent.begin(), sent.end(), is_it)) continue;
    if (expected_removed_.insert(name).second) response.add_removed_resources(name);
  }
  wants_less_at_update_ = script_.OneIn(4);
  std::erase_if(expected_, [&](const auto& entry) {
    return entry.second.empty() || !before.interest.Wants(entry.first);
  });
  std::erase_if(refused_, [&](const std::string& name) { return expected_.count(name) == 0; });
  ServerView& server = server_[type];
  expects_update_ = server.is_requested && TypeOfUrl(response.type_url()).has_value();
  if (expects_update_) {
    server.unanswered.push_back({response.nonce(), is_wrong || !refused_.empty()});
  }
  FL_CHECK(client_.OnMessage(response.SerializeAsString()));
  FL_CHECK(!expects_update_);
}

std::vector<ResourceError> Model::OnUpdate(Update update) {
  FL_CHECK(std::exchange(expects_update_, false));
  PipelineView& pipeline = pipeline_[update.type];
  FL_CHECK(!update.is_whole_state);
  FL_CHECK(Names(update.removed.begin(), update.removed.end()) == expected_removed_);
  for (const std::string& name : update.removed) {
    pipeline.versions.erase(name);
    pipeline.refreshing.erase(name);
  }
  std::vector<ResourceError> errors;
  std::map<std::string, std::string> got;
  for (const Resource& resource : update.resources) {
    FL_CHECK(got.emplace(resource.name, resource.version).second);
    FL_CHECK(resource.bytes == NamedBytes(resource.name));
    pipeline.refreshing.erase(resource.name);
    if (refused_.count(resource.name) > 0) {
      errors.push_back({resource.name, StrCat("'", resource.name, "' is refused")});
    } else {
      pipeline.versions[resource.name] = resource.version;
    }
  }
  FL_CHECK(got == expected_);
  // As the pipeline does when a cluster goes: what is wanted changes under the update.
  if (wants_less_at_update_) SetInterest(update.type, script_.WhatIsWanted());
  return errors;
}

void Model::Send(std::string bytes) {
  FL_CHECK(is_connected_);
  DeltaDiscoveryRequest request;
  FL_CHECK(request.ParseFromString(bytes));
  FL_CHECK(request.has_node() == std::exchange(is_node_due_, false));
  const auto type = TypeOfUrl(request.type_url());
  FL_CHECK(type.has_value());
  ServerView& server = server_[*type];
  const PipelineView& pipeline = pipeline_[*type];
  const bool is_first = !std::exchange(server.is_requested, true);
  std::map<std::string, std::string> told(request.initial_resource_versions().begin(),
                                          request.initial_resource_versions().end());
  std::map<std::string, std::string> known;
  if (is_first) known = pipeline.versions;
  std::erase_if(known, [&](const auto& e) { return pipeline.refreshing.count(e.first) > 0; });
  FL_CHECK(told == known);
  CheckSubscription(request, server, pipeline, is_first);
  FL_CHECK(!request.has_error_detail() || !request.response_nonce().empty());
  if (request.response_nonce().empty()) return;
  FL_CHECK(!server.unanswered.empty());
  const ServerView::Sent sent = server.unanswered.front();
  server.unanswered.pop_front();
  FL_CHECK(request.response_nonce() == sent.nonce);
  FL_CHECK(request.has_error_detail() == sent.is_wrong);
  FL_CHECK(!sent.is_wrong || !request.error_detail().message().empty());
}

void Model::CheckSubscription(const DeltaDiscoveryRequest& request, ServerView& server,
                              const PipelineView& pipeline, bool is_first) {
  const bool says_nothing =
      request.resource_names_subscribe().empty() && request.resource_names_unsubscribe().empty();
  FL_CHECK(!says_nothing || is_first || !request.response_nonce().empty());
  if (is_first && request.resource_names_subscribe().empty()) server.is_wildcard = true;
  for (const std::string& name : request.resource_names_subscribe()) {
    if (name == "*") {
      FL_CHECK(!std::exchange(server.is_wildcard, true));
      continue;
    }
    FL_CHECK(pipeline.interest.Wants(name));
    FL_CHECK(server.names.insert(name).second || pipeline.refreshing.count(name) > 0);
  }
  for (const std::string& name : request.resource_names_unsubscribe()) {
    FL_CHECK(name == "*" ? std::exchange(server.is_wildcard, false)
                         : server.names.erase(name) == 1);
  }
}

// Nothing waits to be sent: the server knows what is wanted, and has its answers.
void Model::CheckSettled() const {
  for (const ResourceType type : kResourceTypes) {
    const ServerView& server = server_[type];
    const Interest& interest = pipeline_[type].interest;
    FL_CHECK(server.unanswered.empty());
    FL_CHECK(server.names == interest.names);
    FL_CHECK(server.is_wildcard == interest.is_wildcard);
  }
}

}  // namespace
}  // namespace fairlead::xds

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool is_quiet = fairlead::SetLogLevel("off").ok();
  FL_CHECK(is_quiet);
  fairlead::xds::Model({reinterpret_cast<const char*>(data), size}).Run();
  return 0;
}
