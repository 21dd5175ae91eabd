#include "controlplane/model/validate.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "controlplane/model/checker.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace fairlead::control::model {
namespace {

using fairlead::v1::Listener;
using fairlead::v1::LoadBalancing;
using fairlead::v1::Service;

constexpr uint32_t kTrustedHopsMax = 32;
constexpr uint32_t kEndpointWeightMax = 128;
constexpr long kConnectTimeoutMaxMs = 3'600'000;
constexpr size_t kLogPathBytesMax = 4096;

void ValidateListener(const Listener& listener, Checker& check) {
  if (!listener.address().empty()) {
    check.Value("address", listener.address(), IpAddressProblem(listener.address()));
  }
  check.Port("port", listener.port());
  check.Names("policies", listener.policies());
  if (listener.has_access_log()) {
    const std::string& path = listener.access_log().path();
    check.Value("accessLog.path", path, PlainTextProblem(path, kLogPathBytesMax));
    if (!path.empty() && path[0] != '/') {
      check.Value("accessLog.path", path, "expected an absolute path, or /dev/stdout");
    }
    if (!fairlead::v1::AccessLog::Format_IsValid(listener.access_log().format())) {
      check.Error("accessLog.format", "unknown format; allowed: TEXT, JSON");
    }
  }
  if (listener.trusted_hops() > kTrustedHopsMax) {
    check.Error("trustedHops", absl::StrCat("found ", listener.trusted_hops(), "; allowed: 0 to ",
                                            kTrustedHopsMax));
  }
}

void ValidateEndpoints(const Service& service, Checker& check) {
  std::set<std::pair<std::string, uint32_t>> seen;
  for (int i = 0; i < service.endpoints_size() && !check.full(); ++i) {
    const fairlead::v1::Endpoint& endpoint = service.endpoints(i);
    std::string path = absl::StrCat("endpoints[", i, "]");
    check.Value(absl::StrCat(path, ".address"), endpoint.address(),
                IpAddressProblem(endpoint.address()));
    check.Port(absl::StrCat(path, ".port"), endpoint.port());
    if (endpoint.weight() > kEndpointWeightMax) {
      check.Error(
          absl::StrCat(path, ".weight"),
          absl::StrCat("found ", endpoint.weight(), "; allowed: 1 to ", kEndpointWeightMax));
    }
    if (!seen.emplace(endpoint.address(), endpoint.port()).second) {
      check.Error(path, absl::StrCat(endpoint.address(), ":", endpoint.port(), " stands twice"));
    }
  }
}

void ValidateLoadBalancing(const LoadBalancing& lb, Checker& check) {
  if (!LoadBalancing::Policy_IsValid(lb.policy())) {
    check.Error("loadBalancing.policy",
                "unknown policy; allowed: ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH");
    return;
  }
  if (lb.policy() == LoadBalancing::RING_HASH && lb.hash_on().empty()) {
    check.Error("loadBalancing.hashOn",
                "RING_HASH needs at least one, such as {sourceAddress: true}");
  }
  if (lb.policy() != LoadBalancing::RING_HASH && !lb.hash_on().empty()) {
    check.Error("loadBalancing.hashOn", absl::StrCat("used with RING_HASH only; the policy is ",
                                                     LoadBalancing::Policy_Name(lb.policy())));
  }
  for (int i = 0; i < lb.hash_on_size(); ++i) {
    const fairlead::v1::HashOn& hash_on = lb.hash_on(i);
    std::string path = absl::StrCat("loadBalancing.hashOn[", i, "]");
    if (hash_on.has_header()) {
      check.Value(path + ".header", hash_on.header(), HeaderNameProblem(hash_on.header()));
    } else if (!hash_on.source_address()) {
      check.Error(path, "expected header or sourceAddress: true");
    }
  }
}

void ValidateService(const Service& service, Checker& check) {
  if (service.has_dns()) {
    if (!service.endpoints().empty())
      check.Error("dns", "only one of endpoints and dns can be set");
    check.Value("dns.host", service.dns().host(), HostProblem(service.dns().host()));
    check.Port("dns.port", service.dns().port());
  }
  ValidateEndpoints(service, check);
  ValidateLoadBalancing(service.load_balancing(), check);
  if (service.has_connect_timeout()) {
    std::string problem = DurationProblem(service.connect_timeout(), 1, kConnectTimeoutMaxMs);
    if (!problem.empty()) check.Error("connectTimeout", problem);
  }
}

// A field that this program does not know would be ignored without a word.
bool HasUnknownField(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (HasUnknownField(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HasUnknownField(reflection.GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

}  // namespace

void ValidateResource(const fairlead::v1::Resource& resource, Problems& problems) {
  if (!KindOf(resource).has_value()) {
    Problem problem;
    problem.message = "the resource has no kind; allowed: listener, route, service, policy";
    problems.Add(std::move(problem));
    return;
  }
  ResourceKey key = KeyOf(resource);
  Checker check(key, problems);
  check.Value("name", key.name, NameProblem(key.name));
  if (HasUnknownField(resource)) {
    check.Error(
        "", "has a field that this control plane does not know; it may be older than the client");
  }
  switch (key.kind) {
    case Kind::kListener:
      return ValidateListener(resource.listener(), check);
    case Kind::kRoute:
      return ValidateRoute(resource.route(), check);
    case Kind::kService:
      return ValidateService(resource.service(), check);
    case Kind::kPolicy:
      return ValidatePolicy(resource.policy(), check);
  }
}

}  // namespace fairlead::control::model
