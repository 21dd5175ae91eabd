#include "dataplane/xds/route_news.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/wire_fields.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::xds {
namespace {

struct Parts {
  // Each with its tag.
  std::vector<std::string_view> hosts;
  std::string others;
};

std::optional<Parts> Split(std::string_view bytes) {
  Parts parts;
  WireFields fields(bytes);
  while (fields.Next()) {
    if (fields.Is(envoy::config::route::v3::RouteConfiguration::kVirtualHostsFieldNumber)) {
      parts.hosts.push_back(fields.field());
    } else {
      parts.others += fields.field();
    }
  }
  if (fields.is_malformed()) return std::nullopt;
  return parts;
}

// The place among `before` of each of `after`, or kNew.
std::vector<uint32_t> FindPlaces(const std::vector<std::string_view>& before,
                                 const std::vector<std::string_view>& after) {
  const size_t least = std::min(before.size(), after.size());
  size_t first = 0, last = 0;  // How many are the same at the beginning, and at the end.
  while (first < least && before[first] == after[first]) ++first;
  while (last < least - first &&
         before[before.size() - 1 - last] == after[after.size() - 1 - last]) {
    ++last;
  }
  absl::flat_hash_map<std::string_view, uint32_t, StringHash, std::equal_to<>> others;
  for (size_t i = first; i < before.size() - last; ++i) {
    others.emplace(before[i], static_cast<uint32_t>(i));
  }
  std::vector<uint32_t> places(after.size());
  for (size_t i = 0; i < after.size(); ++i) {
    if (i < first) {
      places[i] = static_cast<uint32_t>(i);
    } else if (i >= after.size() - last) {
      places[i] = static_cast<uint32_t>(i + before.size() - after.size());
    } else {
      const auto known = others.find(after[i]);
      places[i] = known == others.end() ? RouteNews::kNew : known->second;
    }
  }
  return places;
}

}  // namespace

std::optional<RouteNews> FindRouteNews(std::string_view accepted, std::string_view bytes) {
  const std::optional<Parts> before = Split(accepted), after = Split(bytes);
  if (!before.has_value() || !after.has_value()) return std::nullopt;
  RouteNews news;
  news.bytes = after->others;
  std::vector<uint32_t> places = FindPlaces(before->hosts, after->hosts);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] == RouteNews::kNew) news.bytes += after->hosts[i];
  }
  if (before->others == after->others) news.hosts = std::move(places);
  return news;
}

}  // namespace fairlead::xds
