#include "dataplane/xds/xds_client.h"

#include <algorithm>
#include <chrono>

#include "dataplane/base/log.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/any.pb.h"

namespace fairlead::xds {

XdsClient::XdsClient(ClientOptions options, Transport& transport, UpdateHandler& handler,
                     event::TimerWheel& timers)
    : options_(std::move(options)),
      rate_limit_(options_.rate_limit.value_or(RateLimit())),
      transport_(transport),
      handler_(handler),
      timers_(timers),
      refill_([](void* self) { static_cast<XdsClient*>(self)->Flush(); }, this),
      tokens_(rate_limit_.tokens_max),
      filled_at_(timers.now()) {}

void XdsClient::OnConnected() {
  is_connected_ = true;
  stats_.is_connected = true;
  node_is_sent_ = false;
  Restart();
  Flush();
}

void XdsClient::OnDisconnected(std::string_view failure) {
  is_connected_ = false;
  stats_.is_connected = false;
  stats_.pending_requests = 0;
  is_waiting_ = false;
  refill_.Disarm();
  if (failure.empty()) return;
  for (const ResourceType type : kResourceTypes) {
    if (IsInterested(type)) handler_.OnSourceFailure(type, failure);
  }
}

bool XdsClient::OnMessage(std::string_view bytes) {
  is_in_message_ = true;
  const bool is_understood = Receive(bytes);
  is_in_message_ = false;
  if (is_understood) Flush();
  return is_understood;
}

bool XdsClient::TakeToken() {
  if (!options_.rate_limit.has_value() && !IsNextNack()) return true;
  const std::chrono::duration<double> passed = timers_.now() - filled_at_;
  filled_at_ = timers_.now();
  tokens_ =
      std::min(rate_limit_.tokens_max, tokens_ + passed.count() * rate_limit_.fill_per_second);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void XdsClient::Flush() {
  if (!is_connected_ || is_in_message_) return;
  const bool was_waiting = is_waiting_;
  while (is_connected_ && HasRequest()) {
    if (!TakeToken()) {
      if (!is_waiting_) ++stats_.rate_limit_enforced;
      is_waiting_ = true;
      stats_.pending_requests = 1;
      const std::chrono::duration<double> wait((1 - tokens_) / rate_limit_.fill_per_second);
      refill_.Arm(timers_,
                  std::chrono::duration_cast<event::Duration>(wait) + std::chrono::milliseconds(1));
      return;
    }
    std::string request;
    if (!NextRequest(request)) break;
    transport_.Send(std::move(request));
  }
  is_waiting_ = false;
  stats_.pending_requests = 0;
  if (was_waiting && is_connected_) transport_.ReadOn();
}

const envoy::config::core::v3::Node* XdsClient::TakeNode() {
  if (node_is_sent_) return nullptr;
  node_is_sent_ = true;
  return options_.node.get();
}

void XdsClient::NoteControlPlane(const envoy::config::core::v3::ControlPlane& control_plane) {
  if (!control_plane.identifier().empty()) stats_.identifier = control_plane.identifier();
}

void XdsClient::CountUnknownType(std::string_view type_url) {
  ++stats_.unknown_types;
  FL_LOG(warn, "xds: a response of type '{}' was not asked for and is ignored",
         type_url.substr(0, 200));
}

bool ResponseReader::HasType(std::string_view type_url, std::string_view name) {
  const std::string_view wanted = TypeUrl(update_.type);
  const auto after_slash = [](std::string_view url) { return url.substr(url.rfind('/') + 1); };
  if (type_url == wanted || after_slash(type_url) == after_slash(wanted)) return true;
  Refuse(name, StrCat("is a '", type_url.substr(0, 200), "', a '", wanted, "' is wanted"));
  return false;
}

void ResponseReader::Refuse(std::string_view name, std::string_view fault) {
  const std::string_view noun = Noun(update_.type);
  if (name.empty()) {
    update_.source_errors.push_back({"", StrCat(noun, " in resources[", index_, "]: ", fault)});
    return;
  }
  update_.kept.emplace_back(name);
  update_.source_errors.push_back({std::string(name), StrCat(noun, " '", name, "': ", fault)});
}

void ResponseReader::Add(std::string_view type_url, std::string_view bytes,
                         const std::string& version) {
  if (type_url.ends_with("/envoy.service.discovery.v3.Resource")) return AddWrapped(bytes);
  ++index_;
  if (!HasType(type_url, "")) return;
  std::optional<std::string> name = NameInBytes(bytes);
  if (!name.has_value()) return Refuse("", "is not well-formed");
  update_.resources.push_back({*std::move(name), version, std::string(bytes), HashOf(bytes)});
}

void ResponseReader::AddWrapped(std::string_view wrapper) {
  envoy::service::discovery::v3::Resource resource;
  if (!resource.ParseFromArray(wrapper.data(), static_cast<int>(wrapper.size()))) {
    ++index_;
    return Refuse("", "is in a malformed envoy.service.discovery.v3.Resource");
  }
  if (resource.has_ttl()) {
    ++index_;
    return Refuse(resource.name(), kTtlFault);
  }
  AddNamed(resource.name(), resource.version(), resource.resource());
}

void ResponseReader::AddNamed(std::string_view name, const std::string& version,
                              const google::protobuf::Any& resource) {
  ++index_;
  if (!HasType(resource.type_url(), name)) return;
  const std::optional<std::string> inner = NameInBytes(resource.value());
  if (!inner.has_value()) return Refuse(name, "is not well-formed");
  if (*inner != name) return Refuse(name, StrCat("holds one that is named '", *inner, "'"));
  update_.resources.push_back({*inner, version, resource.value(), HashOf(resource.value())});
}

Update ResponseReader::Take() {
  // The names by reference: as good as always each is there once.
  absl::flat_hash_set<std::string_view, StringHash, std::equal_to<>> names;
  names.reserve(update_.resources.size());
  StringMap<int> times;
  for (const Resource& resource : update_.resources) {
    if (!names.insert(resource.name).second) ++times.try_emplace(resource.name, 1).first->second;
  }
  for (const auto& [name, count] : times) {
    Refuse(name, StrCat("is in the response ", count, " times"));
  }
  std::erase_if(update_.resources, [&](const Resource& resource) {
    return !interest_.Wants(resource.name) || (!times.empty() && times.contains(resource.name));
  });
  const auto& errors = update_.source_errors;
  // A resource whose name cannot be read may be any of those that seem to be missing.
  if (std::any_of(errors.begin(), errors.end(), [](const auto& e) { return e.name.empty(); })) {
    update_.is_whole_state = false;
  }
  return std::move(update_);
}

std::string NackText(const std::vector<ResourceError>& of_source,
                     const std::vector<ResourceError>& of_handler, size_t resources) {
  std::string text;
  size_t left_out = 0;
  for (const auto* errors : {&of_source, &of_handler}) {
    for (const ResourceError& error : *errors) {
      if (text.size() + error.message.size() > XdsClient::kNackBytesMax) {
        ++left_out;
        if (text.empty()) text = error.message.substr(0, XdsClient::kNackBytesMax);
        continue;
      }
      StrAppend(&text, text.empty() ? "" : "\n", error.message);
    }
  }
  if (left_out > 0) StrAppend(&text, "\n(cut: ", left_out, " more)");
  if (!text.empty() && resources > of_handler.size()) {
    StrAppend(&text, "\nThe rest of the response (", resources - of_handler.size(),
              ") is applied.");
  }
  return text;
}

}  // namespace fairlead::xds
