#include "dataplane/observe/response_flags.h"

#include <cstring>

#include "dataplane/observe/stream_info.h"

namespace fairlead::observe {
namespace {

struct FlagName {
  ResponseFlag flag;
  std::string_view short_name;
  std::string_view long_name;
};

// In the order of Envoy's enum, which is the order of its output.
constexpr FlagName kFlagNames[] = {
    {kNoHealthyUpstream, "UH", "NoHealthyUpstream"},
    {kUpstreamRequestTimeout, "UT", "UpstreamRequestTimeout"},
    {kUpstreamRemoteReset, "UR", "UpstreamRemoteReset"},
    {kUpstreamConnectionFailure, "UF", "UpstreamConnectionFailure"},
    {kUpstreamConnectionTermination, "UC", "UpstreamConnectionTermination"},
    {kUpstreamOverflow, "UO", "UpstreamOverflow"},
    {kNoRouteFound, "NR", "NoRouteFound"},
    {kRateLimited, "RL", "RateLimited"},
    {kUnauthorizedExternalService, "UAEX", "UnauthorizedExternalService"},
    {kDownstreamConnectionTermination, "DC", "DownstreamConnectionTermination"},
    {kStreamIdleTimeout, "SI", "StreamIdleTimeout"},
    {kDownstreamProtocolError, "DPE", "DownstreamProtocolError"},
    {kDurationTimeout, "DT", "DurationTimeout"},
    {kUpstreamProtocolError, "UPE", "UpstreamProtocolError"},
    {kNoClusterFound, "NC", "NoClusterFound"},
    {kOverload, "OM", "OverloadManagerTerminated"},
};

}  // namespace

std::string_view WriteResponseFlags(uint32_t flags, FlagNames names, std::span<char> buffer) {
  size_t size = 0;
  for (const FlagName& entry : kFlagNames) {
    if ((flags & entry.flag) == 0) continue;
    const std::string_view name = names == FlagNames::kShort ? entry.short_name : entry.long_name;
    if (size + name.size() + 1 > buffer.size()) break;
    if (size > 0) buffer[size++] = ',';
    std::memcpy(buffer.data() + size, name.data(), name.size());
    size += name.size();
  }
  if (size == 0) return "-";
  return {buffer.data(), size};
}

uint32_t ResponseFlagByName(std::string_view short_name) {
  for (const FlagName& entry : kFlagNames) {
    if (entry.short_name == short_name) return entry.flag;
  }
  return 0;
}

}  // namespace fairlead::observe
