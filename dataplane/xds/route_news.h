#ifndef FAIRLEAD_DATAPLANE_XDS_ROUTE_NEWS_H_
#define FAIRLEAD_DATAPLANE_XDS_ROUTE_NEWS_H_

// Finds which virtual hosts of a serialized route configuration are not those of the one accepted
// before, by comparing bytes, so that a change of one of 10,000 is parsed, checked and compiled at
// the cost of one.
//
//     std::optional<RouteNews> news = FindRouteNews(accepted, bytes);
//     ... parse news->bytes, check it; with hosts, only those that are new need to be compiled ...
//
// Cost: one pass over both; what lies between the first and the last host that differ is hashed.
// Thread: any. Source: protobuf's wire format; config.route.v3.RouteConfiguration.virtual_hosts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::xds {

struct RouteNews {
  static constexpr uint32_t kNew = 0xffffffff;

  // The serialized configuration, of its virtual hosts only those that are new or changed.
  std::string bytes;
  // For each virtual host of the whole the place that it had among the accepted ones, or kNew: the
  // next of those in `bytes`. Nothing when other fields changed.
  std::optional<std::vector<uint32_t>> hosts;
};

// Nothing if one of the two is malformed.
std::optional<RouteNews> FindRouteNews(std::string_view accepted, std::string_view bytes);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_ROUTE_NEWS_H_
