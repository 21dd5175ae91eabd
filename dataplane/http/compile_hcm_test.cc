#include "dataplane/http/compile_hcm.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/observe/counter_sets.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/http/original_ip_detection/custom_header/v3/custom_header.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::http {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::http::original_ip_detection::custom_header::v3::CustomHeaderConfig;

HttpConnectionManager Proto(const std::string& text) {
  HttpConnectionManager proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "stat_prefix: 'h' route_config {} http_filters { name: 'r' } " + text, &proto))
      << text;
  proto.mutable_http_filters(0)->mutable_typed_config()->PackFrom(
      envoy::extensions::filters::http::router::v3::Router());
  return proto;
}

absl::StatusOr<std::shared_ptr<const HcmConfig>> Compile(const HttpConnectionManager& proto) {
  observe::CounterSets counters(/*workers=*/1);
  HcmCompileContext context;
  context.counters = &counters;
  return CompileHcm(proto, context);
}

std::string Error(const HttpConnectionManager& proto) {
  return std::string(Compile(proto).status().message());
}

std::shared_ptr<const HcmConfig> Compiled(const std::string& text) { return *Compile(Proto(text)); }

TEST(CompileHcmTest, UnsetFieldsMeanWhatTheyMeanToEnvoy) {
  const auto config = Compiled("");
  EXPECT_FALSE(config->use_remote_address);
  EXPECT_TRUE(config->generate_request_id);
  EXPECT_TRUE(config->internal_addresses.empty());
  EXPECT_FALSE(config->normalize_path);
  EXPECT_EQ(config->escaped_slashes, HcmConfig::EscapedSlashes::kKeep);
  EXPECT_EQ(config->idle_timeout, std::chrono::hours(1));
  EXPECT_EQ(config->stream_idle_timeout, std::chrono::minutes(5));
  EXPECT_EQ(config->max_stream_duration.count(), 0);
  EXPECT_EQ(config->server_name, "envoy");
  EXPECT_EQ(config->local_replies, nullptr);
  ASSERT_EQ(config->ip_detections.size(), 1u);
  EXPECT_TRUE(config->ip_detections[0].skip_xff_append);
}

TEST(CompileHcmTest, TrustedHopsAreThoseOfForwardedFor) {
  EXPECT_EQ(Compiled("xff_num_trusted_hops: 2")->ip_detections[0].trusted_hops, 2u);
}

TEST(CompileHcmTest, DetectionByAHeader) {
  HttpConnectionManager proto = Proto("");
  CustomHeaderConfig header;
  header.set_header_name("X-Real-IP");
  header.mutable_reject_with_status();
  proto.add_original_ip_detection_extensions()->mutable_typed_config()->PackFrom(header);
  const auto config = *Compile(proto);
  ASSERT_EQ(config->ip_detections.size(), 1u);
  EXPECT_EQ(config->ip_detections[0].header, "x-real-ip");
  EXPECT_EQ(config->ip_detections[0].reject_status, 403);
  proto.mutable_use_remote_address()->set_value(true);
  EXPECT_EQ(Error(proto),
            "original_ip_detection_extensions: are set together with use_remote_address; only one "
            "may be");
}

TEST(CompileHcmTest, ErrorsNameTheField) {
  EXPECT_EQ(Error(Proto("internal_address_config { cidr_ranges { address_prefix: '10.0.0.0' "
                        "prefix_len { value: 33 } } }")),
            "internal_address_config.cidr_ranges[0]: prefix_len: is 33; at most 32 is allowed for "
            "'10.0.0.0'");
  EXPECT_TRUE(Error(Proto("http_protocol_options { allow_absolute_url { value: false } }"))
                  .starts_with("http_protocol_options.allow_absolute_url: is false"));
  EXPECT_TRUE(Error(Proto("common_http_protocol_options { max_stream_duration { seconds: -1 } }"))
                  .starts_with("common_http_protocol_options.max_stream_duration: is negative"));
  EXPECT_TRUE(Error(Proto("local_reply_config { body_format {} }"))
                  .starts_with("local_reply_config: body_format: has none of"));
}

}  // namespace
}  // namespace fairlead::http
