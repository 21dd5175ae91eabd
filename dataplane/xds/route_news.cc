#include "dataplane/xds/route_news.h"

#include "absl/container/flat_hash_set.h"
#include "dataplane/base/strings.h"
#include "envoy/config/route/v3/route.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace fairlead::xds {
namespace {

using google::protobuf::internal::WireFormatLite;

// The fields of a serialized route configuration, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view bytes)
      : bytes_(bytes),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {}

  // False at the end, or when the rest is malformed.
  bool Next() {
    const auto start = static_cast<size_t>(in_.CurrentPosition());
    const uint32_t tag = in_.ReadTag();
    if (tag == 0) return false;
    if (!WireFormatLite::SkipField(&in_, tag)) {
      is_malformed_ = true;
      return false;
    }
    field_ = bytes_.substr(start, static_cast<size_t>(in_.CurrentPosition()) - start);
    is_host_ = tag == kVirtualHost;
    return true;
  }
  bool is_malformed() { return is_malformed_ || !in_.ConsumedEntireMessage(); }
  // With its tag.
  std::string_view field() const { return field_; }
  bool is_host() const { return is_host_; }

 private:
  static constexpr uint32_t kVirtualHost = WireFormatLite::MakeTag(
      envoy::config::route::v3::RouteConfiguration::kVirtualHostsFieldNumber,
      WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

  std::string_view bytes_;
  google::protobuf::io::CodedInputStream in_;
  std::string_view field_;
  bool is_host_ = false;
  bool is_malformed_ = false;
};

// Field by field, as long as both have the same kinds of them. False when they have not.
bool CompareInOrder(std::string_view accepted, std::string_view bytes, RouteNews& news) {
  Fields before(accepted), after(bytes);
  std::vector<uint32_t>& places = news.places.emplace();
  uint32_t hosts = 0;
  while (true) {
    const bool has_before = before.Next(), has_after = after.Next();
    if (!has_before || !has_after) {
      return has_before == has_after && !before.is_malformed() && !after.is_malformed();
    }
    if (before.is_host() != after.is_host()) return false;
    const bool is_same = before.field() == after.field();
    if (!after.is_host()) {
      if (!is_same) return false;
      news.bytes += after.field();
      continue;
    }
    if (!is_same) {
      places.push_back(hosts);
      news.bytes += after.field();
    }
    ++hosts;
  }
}

}  // namespace

std::optional<RouteNews> FindRouteNews(std::string_view accepted, std::string_view bytes) {
  RouteNews news;
  if (CompareInOrder(accepted, bytes, news)) return news;
  news = {};
  absl::flat_hash_set<std::string_view, StringHash, std::equal_to<>> known;
  Fields before(accepted);
  while (before.Next()) {
    if (before.is_host()) known.insert(before.field());
  }
  Fields after(bytes);
  while (after.Next()) {
    if (!after.is_host() || !known.contains(after.field())) news.bytes += after.field();
  }
  if (before.is_malformed() || after.is_malformed()) return std::nullopt;
  return news;
}

}  // namespace fairlead::xds
