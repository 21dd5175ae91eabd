#include "dataplane/runtime/runtime.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::runtime {
namespace {

absl::StatusOr<std::unique_ptr<Runtime>> Create(const std::string& json) {
  envoy::config::bootstrap::v3::LayeredRuntime proto;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &proto).ok()) << json;
  return Runtime::Create(proto);
}

std::string Error(const std::string& json) {
  const auto runtime = Create(json);
  return runtime.ok() ? "none" : std::string(runtime.status().message());
}

constexpr char kThreeLayers[] = R"({"layers": [
    {"name": "base", "static_layer": {"a": 1, "b": {"c": "text", "share":
        {"numerator": 5, "denominator": "TEN_THOUSAND"}, "on": true, "half": 0.5}, "five": "5"}},
    {"name": "operator", "admin_layer": {}},
    {"name": "last", "static_layer": {"a": 7}}]})";

TEST(RuntimeTest, TheLastLayerThatHasAKeyGivesItsValue) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  EXPECT_EQ((*runtime)->Key("a").Number(99), 7u);
  EXPECT_EQ((*runtime)->Key("five").Number(99), 5u);
  ASSERT_TRUE((*runtime)->Modify({{"a", "2"}, {"five", "6"}}).ok());
  EXPECT_EQ((*runtime)->Key("a").Number(99), 7u);
  EXPECT_EQ((*runtime)->Key("five").Number(99), 6u);
}

TEST(RuntimeTest, WhatIsNoNumberLeavesWhatIsConfigured) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok());
  for (const char* name : {"unknown", "b.c", "b.on", "b.half", "b.share"}) {
    EXPECT_EQ((*runtime)->Key(name).Number(99), 99u) << name;
  }
  EXPECT_EQ(RuntimeKey().Number(3), 3u);
  EXPECT_FALSE((*runtime)->Key("").has_name());
}

TEST(RuntimeTest, SharesAreFractionsOrHundredths) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok());
  const Fraction all{100, 100};
  const RuntimeKey share = (*runtime)->Key("b.share");
  EXPECT_TRUE(share.IsEnabled(all, 4));
  EXPECT_FALSE(share.IsEnabled(all, 5));
  EXPECT_TRUE(share.IsEnabled(all, 10'004));
  const RuntimeKey hundredths = (*runtime)->Key("five");
  EXPECT_TRUE(hundredths.IsEnabled(all, 104));
  EXPECT_FALSE(hundredths.IsEnabled(all, 105));
  ASSERT_TRUE((*runtime)->Modify({{"five", "1000"}}).ok());
  EXPECT_TRUE(hundredths.IsEnabled({0, 100}, 99));
  ASSERT_TRUE((*runtime)->Modify({{"five", R"({"numerator": 1, "denominator": "MILLION"})"}}).ok());
  EXPECT_FALSE(hundredths.IsEnabled(all, 1));
  EXPECT_TRUE(hundredths.IsEnabled(all, 1'000'000));
}

TEST(RuntimeTest, KeysThatAreHeldSeeChangesAndTheirEnd) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok());
  const RuntimeKey key = (*runtime)->Key("canary");
  EXPECT_EQ(key.Number(1), 1u);
  ASSERT_TRUE((*runtime)->Modify({{"canary", "30"}}).ok());
  EXPECT_EQ(key.Number(1), 30u);
  ASSERT_TRUE((*runtime)->Modify({{"canary", "x"}}).ok());
  EXPECT_EQ(key.Number(1), 1u);
  ASSERT_TRUE((*runtime)->Modify({{"canary", "4"}}).ok());
  ASSERT_TRUE((*runtime)->Modify({{"canary", ""}}).ok());
  EXPECT_EQ(key.Number(1), 1u);
  runtime->reset();
  EXPECT_EQ(key.Number(1), 1u);
}

TEST(RuntimeTest, AModificationIsAllOrNothing) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok());
  EXPECT_FALSE((*runtime)->Modify({{"good", "1"}, {"", "2"}}).ok());
  EXPECT_FALSE((*runtime)->Modify({{"good", "1"}, {"long", std::string(5000, 'x')}}).ok());
  EXPECT_EQ((*runtime)->Key("good").Number(0), 0u);
  const Runtime::Counts counts = (*runtime)->counts();
  EXPECT_EQ(counts.load_errors, 2u);
  EXPECT_EQ(counts.loads, 1u);
  EXPECT_EQ(counts.keys, 6u);
  EXPECT_EQ(counts.admin_overrides_active, 0u);
}

TEST(RuntimeTest, WithoutAnAdminLayerNothingCanBeSet) {
  Runtime none;
  EXPECT_EQ(none.Modify({{"a", "1"}}).message(), "No admin layer specified");
  auto runtime = Create(R"({"layers": [{"name": "s", "static_layer": {"a": 1}}]})");
  ASSERT_TRUE(runtime.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition((*runtime)->Modify({{"a", "1"}})));
  // As Envoy has it.
  auto empty = Create("{}");
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE((*empty)->Modify({{"a", "1"}}).ok());
}

TEST(RuntimeTest, EntriesShowEveryLayer) {
  auto runtime = Create(kThreeLayers);
  ASSERT_TRUE(runtime.ok());
  ASSERT_TRUE((*runtime)->Modify({{"a", "2"}}).ok());
  EXPECT_EQ((*runtime)->LayerNames(), (std::vector<std::string>{"base", "operator", "last"}));
  const auto entries = (*runtime)->Entries();
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[0].layer_values, (std::vector<std::string>{"1", "2", "7"}));
  EXPECT_EQ(entries[0].final_value, "7");
  EXPECT_EQ(entries[4].name, "b.share");
  EXPECT_EQ(entries[4].final_value, R"({"numerator":5,"denominator":"TEN_THOUSAND"})");
}

TEST(RuntimeTest, LayersThatMakeNoSenseAreRefusedByName) {
  EXPECT_EQ(
      Error(R"({"layers": [{"name": "s", "static_layer": {"a": [1]}}]})"),
      "layers[0] 's': static_layer: 'a' is neither a number, a text, a boolean nor an object");
  EXPECT_EQ(Error(R"({"layers": [{"name": "s", "static_layer": {"a": {"numerator": "x"}}}]})"),
            "layers[0] 's': static_layer: 'a' is no fraction: a numerator (a whole number) and a "
            "denominator (HUNDRED, TEN_THOUSAND or MILLION) are allowed");
  EXPECT_EQ(Error(R"({"layers": [{"name": "s", "static_layer":
                      {"overload": {"global_downstream_max_connections": 5}}}]})"),
            "layers[0] 's': static_layer: 'overload.global_downstream_max_connections' is a key of "
            "Envoy's that steers nothing here");
  EXPECT_EQ(Error(R"({"layers": [{"name": "a", "admin_layer": {}}, {"name": "b",
                      "admin_layer": {}}]})"),
            "layers[1] 'b': admin_layer: there is one already; only one may be");
  EXPECT_EQ(Error(R"({"layers": [{"name": "a", "admin_layer": {}}, {"name": "a",
                      "static_layer": {}}]})"),
            "layers[1] 'a': name: is another layer's too");
}

}  // namespace
}  // namespace fairlead::runtime
