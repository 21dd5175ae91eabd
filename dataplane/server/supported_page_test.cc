#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "dataplane/server/proxy_compiler.h"

namespace fairlead::server {
namespace {

TEST(SupportedPageTest, SaysWhatTheTablesSay) {
  std::ostringstream page;
  page << std::ifstream("dataplane/xds/SUPPORTED.md").rdbuf();
  EXPECT_EQ(page.str(), Supported().Print(xds::SupportTable::Format::kMarkdown))
      << "make it anew: bazel-bin/dataplane/fairlead-proxy --supported=markdown > "
         "dataplane/xds/SUPPORTED.md";
}

}  // namespace
}  // namespace fairlead::server
