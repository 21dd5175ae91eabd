#include "dataplane/filters/registry.h"

#include <gtest/gtest.h>

#include <memory>

#include "dataplane/xds/proto_check.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace fairlead::filters {
namespace {

std::unique_ptr<google::protobuf::Message> NewMessage(std::string_view type) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(type));
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

TEST(RegistryTest, KindsAreFoundByTheirMessages) {
  const FilterKind* keys =
      FindByConfigType("envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth");
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->name, "envoy.filters.http.api_key_auth");
  EXPECT_EQ(FindByOverrideType("envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute"),
            keys);
  EXPECT_EQ(FindByOverrideType("envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth"),
            nullptr);
  EXPECT_EQ(FindByConfigType(""), nullptr);
  EXPECT_EQ(FindByOverrideType(""), nullptr);
}

TEST(RegistryTest, EveryMessageIsLinkedInAndDeclared) {
  xds::SupportTable table;
  DeclareSupport(table);
  EXPECT_TRUE(xds::VerifyNames(table).ok()) << xds::VerifyNames(table);
  for (const FilterKind& kind : FilterKinds()) {
    EXPECT_NE(NewMessage(kind.config_type), nullptr) << kind.name;
    EXPECT_NE(table.Find(kind.config_type), nullptr) << kind.name;
    if (kind.override_type.empty()) continue;
    EXPECT_NE(NewMessage(kind.override_type), nullptr) << kind.name;
    EXPECT_NE(table.Find(kind.override_type), nullptr) << kind.name;
  }
}

TEST(RegistryTest, NoFactoryFailsOnAMessageOfAnotherKind) {
  google::protobuf::Any other;
  other.set_type_url("type.googleapis.com/envoy.Other");
  other.set_value("\xff\xff");
  observe::CounterSets counters(1);
  for (const FilterKind& kind : FilterKinds()) {
    EXPECT_FALSE(kind.factory->Create(other, {counters, "in"}).ok()) << kind.name;
    EXPECT_FALSE(kind.factory->CreateOverride(other, {counters, ""}).ok()) << kind.name;
  }
}

}  // namespace
}  // namespace fairlead::filters
