#include "dataplane/codec/header_names.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace fairlead::codec {
namespace {

constexpr auto kIds = static_cast<size_t>(HeaderId::kCount);

TEST(HeaderNamesTest, EveryNameFindsItsId) {
  for (size_t i = 1; i < kIds; ++i) {
    const auto id = static_cast<HeaderId>(i);
    ASSERT_FALSE(HeaderName(id).empty());
    EXPECT_EQ(LookupHeaderId(HeaderName(id)), id) << HeaderName(id);
    // The name's bytes decide, not where they stand.
    EXPECT_EQ(LookupHeaderId(std::string(HeaderName(id))), id);
  }
  EXPECT_EQ(HeaderName(HeaderId::kOther), "");
}

TEST(HeaderNamesTest, NeighboursOfKnownNamesAreUnknown) {
  for (size_t i = 1; i < kIds; ++i) {
    const std::string name(HeaderName(static_cast<HeaderId>(i)));
    EXPECT_EQ(LookupHeaderId(name + "x"), HeaderId::kOther);
    EXPECT_EQ(LookupHeaderId(name.substr(1)), HeaderId::kOther) << name;
    for (size_t at = 0; at < name.size(); ++at) {
      std::string other = name;
      other[at] = '_';
      EXPECT_EQ(LookupHeaderId(other), HeaderId::kOther) << other;
    }
  }
}

TEST(HeaderNamesTest, UnknownNamesOfEveryLengthAreOther) {
  for (size_t size = 0; size < 300; ++size) {
    EXPECT_EQ(LookupHeaderId(std::string(size, 'q')), HeaderId::kOther);
  }
}

}  // namespace
}  // namespace fairlead::codec
