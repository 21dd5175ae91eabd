#include "dataplane/http/compile_client_identity.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/http/original_ip_detection/custom_header/v3/custom_header.pb.h"
#include "envoy/extensions/http/original_ip_detection/xff/v3/xff.pb.h"

namespace fairlead::http {
namespace {

using Hcm = envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::http::original_ip_detection::custom_header::v3::CustomHeaderConfig;
using envoy::extensions::http::original_ip_detection::xff::v3::XffConfig;

IpDetection CompileXff(const XffConfig& proto) {
  IpDetection detection;
  detection.trusted_hops = proto.xff_num_trusted_hops();
  detection.skip_xff_append = !proto.has_skip_xff_append() || proto.skip_xff_append().value();
  return detection;
}

IpDetection CompileHeader(const CustomHeaderConfig& proto) {
  IpDetection detection;
  detection.source = IpDetection::Source::kHeader;
  detection.header = absl::AsciiStrToLower(proto.header_name());
  detection.is_trusted = proto.allow_extension_to_set_address_as_trusted();
  if (proto.has_reject_with_status()) {
    const int code = static_cast<int>(proto.reject_with_status().code());
    // Envoy takes no other status than an error's.
    detection.reject_status = static_cast<uint16_t>(code >= 400 && code < 600 ? code : 403);
  }
  return detection;
}

absl::StatusOr<IpDetection> CompileDetection(const google::protobuf::Any& config) {
  XffConfig xff;
  CustomHeaderConfig header;
  if (config.Is<XffConfig>() && config.UnpackTo(&xff)) return CompileXff(xff);
  if (config.Is<CustomHeaderConfig>() && config.UnpackTo(&header)) return CompileHeader(header);
  return InvalidArgument("typed_config: is '", config.type_url(),
                         "'; allowed are XffConfig and CustomHeaderConfig");
}

absl::Status CompileDetections(const Hcm& proto, HcmConfig& config) {
  constexpr std::string_view kField = "original_ip_detection_extensions";
  if (proto.original_ip_detection_extensions().empty()) {
    config.ip_detections[0].trusted_hops = proto.xff_num_trusted_hops();
    return absl::OkStatus();
  }
  if (config.use_remote_address || config.xff_num_trusted_hops > 0) {
    return InvalidArgument(
        kField, ": are set together with ",
        config.use_remote_address ? "use_remote_address" : "xff_num_trusted_hops",
        "; only one may be");
  }
  config.ip_detections.clear();
  for (int i = 0; i < proto.original_ip_detection_extensions_size(); ++i) {
    auto detection = CompileDetection(proto.original_ip_detection_extensions(i).typed_config());
    if (!detection.ok()) return Annotate(detection.status(), StrCat(kField, "[", i, "]"));
    config.ip_detections.push_back(*std::move(detection));
  }
  return absl::OkStatus();
}

absl::Status CompileInternalAddresses(const Hcm& proto, HcmConfig& config) {
  const auto& ranges = proto.internal_address_config().cidr_ranges();
  for (int i = 0; i < ranges.size(); ++i) {
    auto range = net::Cidr::Make(ranges[i].address_prefix(), ranges[i].prefix_len().value());
    if (!range.ok()) {
      return Annotate(range.status(), StrCat("internal_address_config.cidr_ranges[", i, "]"));
    }
    config.internal_addresses.push_back(*std::move(range));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CompileClientIdentity(const Hcm& proto, const HcmCompileContext& context,
                                   HcmConfig& config) {
  config.use_remote_address = proto.use_remote_address().value();
  config.skip_xff_append = proto.skip_xff_append();
  config.xff_num_trusted_hops = proto.xff_num_trusted_hops();
  config.append_x_forwarded_port = proto.append_x_forwarded_port();
  config.local_address = context.local_address;
  config.scheme = proto.scheme_header_transformation().scheme_to_overwrite();
  if (proto.add_user_agent().value()) {
    config.user_agent = context.node_cluster;
    config.node_id = context.node_id;
  }
  FL_RETURN_IF_ERROR(CompileDetections(proto, config));
  return CompileInternalAddresses(proto, config);
}

}  // namespace fairlead::http
