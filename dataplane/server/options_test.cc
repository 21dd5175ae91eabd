#include "dataplane/server/options.h"

#include <gtest/gtest.h>

namespace fairlead::server {
namespace {

TEST(OptionsTest, TakesEnvoysFlagsInBothForms) {
  const auto options = ParseOptions(
      {"-c", "a.yaml", "--concurrency=2", "--mode", "validate", "-l", "debug", "--service-node",
       "n", "--service-cluster=c", "--drain-time-s", "7", "--admin-address-path", "/tmp/x",
       "--config-yaml", "node: {id: a=b}", "--worker-buffers-mib", "5"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->config_path, "a.yaml");
  EXPECT_EQ(options->config_yaml, "node: {id: a=b}");
  EXPECT_EQ(options->concurrency, 2u);
  EXPECT_EQ(options->mode, Options::Mode::kValidate);
  EXPECT_EQ(options->log_level, "debug");
  EXPECT_EQ(options->service_node, "n");
  EXPECT_EQ(options->service_cluster, "c");
  EXPECT_EQ(options->drain_time, std::chrono::seconds(7));
  EXPECT_EQ(options->worker_buffer_bytes, 5u << 20);
  EXPECT_TRUE(options->without_effect.empty());
}

TEST(OptionsTest, HarmlessFlagsAreTakenAndNamed) {
  const auto options =
      ParseOptions({"--disable-hot-restart", "--base-id", "3", "--restart-epoch=0"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->without_effect,
            (std::vector<std::string>{"--disable-hot-restart", "--base-id", "--restart-epoch"}));
}

// A switch of Envoy's must not take the next flag for its value.
TEST(OptionsTest, SwitchesTakeNoValue) {
  for (std::string_view flag : {"--cpuset-threads", "--skip-hot-restart-parent-stats",
                                "--allow-unknown-static-fields", "--skip-deprecated-logs"}) {
    const auto options = ParseOptions({flag, "-c", "a.yaml"});
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->config_path, "a.yaml") << flag;
  }
}

TEST(OptionsTest, FaultsNameTheFlagAndWhatIsAllowed) {
  for (const auto& [arguments, text] :
       std::vector<std::pair<std::vector<std::string_view>, std::string>>{
           {{"--nonsense"}, "unknown flag '--nonsense'"},
           {{"--mode", "x"}, "serve and validate"},
           {{"--concurrency", "-1"}, "is not a number"},
           {{"--concurrency", "99999"}, "at most 1024"},
           {{"--worker-buffers-mib", "0"}, "at least 1"},
           {{"-c"}, "a value must follow"},
           {{""}, "unknown flag"}}) {
    const auto options = ParseOptions(arguments);
    ASSERT_FALSE(options.ok());
    EXPECT_NE(std::string(options.status().message()).find(text), std::string::npos)
        << options.status();
  }
}

TEST(OptionsTest, HelpNamesEveryFlagThatHasAnEffect) {
  for (std::string_view flag :
       {"--config-path", "--config-yaml", "--mode", "--concurrency", "--log-level", "--log-path",
        "--service-node", "--service-cluster", "--drain-time-s", "--admin-address-path",
        "--worker-buffers-mib", "--supported", "--version", "--help"}) {
    EXPECT_NE(HelpText().find(flag), std::string_view::npos) << flag;
  }
}

TEST(OptionsTest, SupportedTakesAFormatOrNone) {
  EXPECT_EQ(ParseOptions({"--supported"})->supported, "table");
  EXPECT_EQ(ParseOptions({"--supported=json"})->supported, "json");
  EXPECT_EQ(ParseOptions({"--supported=markdown"})->supported, "markdown");
  EXPECT_FALSE(ParseOptions({"--supported=xml"}).ok());
  EXPECT_TRUE(ParseOptions({"--version"})->supported.empty());
}

}  // namespace
}  // namespace fairlead::server
