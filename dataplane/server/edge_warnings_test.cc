#include "dataplane/server/edge_warnings.h"

#include "gtest/gtest.h"

namespace fairlead::server {
namespace {

// As the control plane sets it up.
http::HcmConfig EdgeValues() {
  http::HcmConfig hcm;
  hcm.use_remote_address = true;
  hcm.normalize_path = true;
  hcm.merge_slashes = true;
  hcm.escaped_slashes = http::HcmConfig::EscapedSlashes::kUnescapeAndRedirect;
  hcm.underscores = http::HcmConfig::Underscores::kRejectRequest;
  hcm.request_headers_timeout = std::chrono::seconds(10);
  hcm.request_timeout = std::chrono::seconds(300);
  return hcm;
}

std::vector<std::string> Warnings(const char* address, http::HcmConfig hcm) {
  listener::ListenerConfig listener;
  listener.address = *net::Address::Parse(address, 80);
  listener.hcm = std::make_shared<const http::HcmConfig>(std::move(hcm));
  return EdgeWarnings(listener);
}

TEST(EdgeWarningsTest, EdgeValuesLeaveNothingOpen) {
  EXPECT_TRUE(Warnings("0.0.0.0", EdgeValues()).empty());
}

TEST(EdgeWarningsTest, DefaultsLeaveAStrangerMuch) {
  const auto warnings = Warnings("0.0.0.0", {});
  ASSERT_EQ(warnings.size(), 7u);
  EXPECT_TRUE(warnings[0].starts_with("use_remote_address: is not true"));
  EXPECT_TRUE(warnings[6].starts_with("request_timeout: is off"));
}

TEST(EdgeWarningsTest, LoopbackFacesNobody) {
  EXPECT_TRUE(Warnings("127.0.0.1", {}).empty());
  EXPECT_TRUE(Warnings("::1", {}).empty());
}

TEST(EdgeWarningsTest, InternalAddressesNeedAPeerThatIsKnown) {
  const auto with_internal = [] {
    http::HcmConfig hcm = EdgeValues();
    hcm.internal_addresses.push_back(*net::Cidr::Make("10.0.0.0", 8));
    return hcm;
  };
  EXPECT_TRUE(Warnings("::", with_internal()).empty());
  http::HcmConfig hcm = with_internal();
  hcm.use_remote_address = false;
  hcm.ip_detections[0].source = http::IpDetection::Source::kHeader;
  const auto warnings = Warnings("::", std::move(hcm));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_TRUE(warnings[0].starts_with("internal_address_config: is set without"));
}

}  // namespace
}  // namespace fairlead::server
