#include "dataplane/xds/route_chunks.h"

#include <utility>

#include "envoy/config/route/v3/route.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace fairlead::xds {

std::optional<std::string> RouteChunks::News(std::string_view bytes) {
  using envoy::config::route::v3::RouteConfiguration;
  using google::protobuf::internal::WireFormatLite;
  constexpr uint32_t kVirtualHost = WireFormatLite::MakeTag(
      RouteConfiguration::kVirtualHostsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  latest_.clear();
  std::string news;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  while (true) {
    const auto start = static_cast<size_t>(in.CurrentPosition());
    const uint32_t tag = in.ReadTag();
    if (tag == 0) break;
    if (!WireFormatLite::SkipField(&in, tag)) return std::nullopt;
    const std::string_view field =
        bytes.substr(start, static_cast<size_t>(in.CurrentPosition()) - start);
    if (tag == kVirtualHost) {
      const ContentHash hash = HashOf(field);
      latest_.insert(hash);
      if (accepted_.contains(hash)) continue;
    }
    news.append(field);
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  return news;
}

void RouteChunks::Accept() { accepted_ = std::exchange(latest_, {}); }

}  // namespace fairlead::xds
