#include "controlplane/fleet/resource_reports.h"

#include <google/protobuf/text_format.h>

#include "gtest/gtest.h"

namespace fairlead::control::fleet {
namespace {

fairlead::v1::ResourceStatusReport Report(const std::string& text) {
  fairlead::v1::ResourceStatusReport report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report)) << text;
  return report;
}

class ResourceReportsTest : public testing::Test {
 protected:
  std::shared_ptr<const fairlead::v1::ResourceReport> Find() { return reports.Find("n", "a:1"); }

  absl::Time now = absl::FromUnixMillis(10'500);
  ResourceReports reports{[this] { return now; }};
};

TEST_F(ResourceReportsTest, KeepsCountsAndWhatIsNotLive) {
  reports.Apply(1, "a:1", Report(R"(
    node_id: "n" counts { type_url: "t" accepted: 3 live: 1 rejected: 1 }
    changed { type_url: "t" name: "live" version: "1" is_live: true }
    changed { type_url: "t" name: "warming" version: "2" older_live_version: "1" }
    changed { type_url: "t" name: "bad" version: "1" is_live: true rejected_version: "2"
              error: "why" })"));
  const auto report = Find();
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->counts(0).accepted(), 3);
  ASSERT_EQ(report->not_live_size(), 2);
  EXPECT_EQ(report->not_live(0).name(), "bad");
  EXPECT_EQ(report->not_live(1).older_live_version(), "1");
  EXPECT_EQ(report->reported_at().seconds(), 10);
  EXPECT_EQ(report->reported_at().nanos(), 500'000'000);
}

TEST_F(ResourceReportsTest, ChangesAreAppliedToWhatWasReported) {
  reports.Apply(1, "a:1", Report(R"(node_id: "n" changed { type_url: "t" name: "x" }
                                    changed { type_url: "t" name: "y" })"));
  reports.Apply(1, "a:1", Report(R"(counts { type_url: "t" accepted: 1 live: 1 }
    changed { type_url: "t" name: "x" is_live: true } removed { type_url: "t" name: "y" })"));
  EXPECT_EQ(Find()->not_live_size(), 0);
  EXPECT_EQ(Find()->counts(0).live(), 1);
}

TEST_F(ResourceReportsTest, NodeAndAddressTellClientsApart) {
  reports.Apply(1, "a:2", Report(R"(node_id: "n" changed { type_url: "t" name: "other" })"));
  EXPECT_EQ(Find()->not_live_size(), 1);
  reports.Apply(2, "a:1", Report(R"(node_id: "n")"));
  EXPECT_EQ(Find()->not_live_size(), 0);
  EXPECT_EQ(reports.Find("m", "a:1"), nullptr);
  reports.Disconnect(1);
  reports.Disconnect(2);
  EXPECT_EQ(Find(), nullptr);
}

TEST_F(ResourceReportsTest, WhatAProxySendsIsBounded) {
  fairlead::v1::ResourceStatusReport report;
  report.set_node_id("n");
  for (int i = 0; i < 1500; ++i) {
    report.add_counts();
    auto& resource = *report.add_changed();
    resource.set_name(std::to_string(i));
    resource.set_error(std::string(10'000, 'x'));
  }
  reports.Apply(1, "a:1", report);
  EXPECT_EQ(Find()->counts_size(), ResourceReports::kTypesMax);
  ASSERT_EQ(Find()->not_live_size(), 1000);
  EXPECT_EQ(Find()->not_live(0).error().size(), ResourceReports::kTextBytesMax);
}

}  // namespace
}  // namespace fairlead::control::fleet
