// The last good configuration: its file, its keeper, and what the pipeline does with it.

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "dataplane/xds/last_good_keeper.h"
#include "dataplane/xds/pipeline_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::config::core::v3::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kDynamic[] = "dynamic_resources: {cds_config: {ads: {}}, lds_config: {ads: {}}}";

std::string ErrorOf(const absl::Status& status) { return std::string(status.message()); }

class LastGoodTest : public PipelineTest {
 protected:
  LastGoodTest() {
    node.set_id("n");
    node.set_cluster("c");
    // One that is gone when the test begins: the folder has the test's name.
    unlink(Path().c_str());
  }
  static std::string Folder() {
    return StrCat(testing::TempDir(), "/",
                  testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  static std::string Path() { return StrCat(Folder(), "/", LastGoodFile::kName); }
  // The bytes of a configuration with a cluster, its endpoints, a listener and its routes.
  std::string Saved() {
    StartEmpty();
    Send(ResourceType::kCluster, std::vector{Eds("a", "1")}, {}, false, "c1");
    Send(ResourceType::kEndpoint, std::vector{Endpoints("a", 2)}, {}, false, "e1");
    Send(ResourceType::kListener, std::vector{RdsListener("l", "1", "r")}, {}, false, "l1");
    Send(ResourceType::kRoute, std::vector{RouteConfig("r", "x")}, {}, false, "r1");
    return LastGoodFile::Encode(pipeline.status(), node);
  }
  LastGoodConfig Decoded(const std::string& bytes) {
    auto config = LastGoodFile::Decode(bytes, node);
    EXPECT_TRUE(config.ok()) << config.status();
    return *std::move(config);
  }

  Node node;
};

TEST_F(LastGoodTest, FileHoldsWhatWasAcceptedButNotWhatIsOfTheBootstrap) {
  Load(StrCat("static_resources: {clusters: [{name: s, alt_stat_name: x, type: STRICT_DNS}]}\n",
              kDynamic));
  pipeline.Start();
  Send(ResourceType::kCluster, std::vector{Dns("a", "1"), Dns("b", "bad")}, {}, false, "v1");
  const LastGoodConfig config = Decoded(LastGoodFile::Encode(pipeline.status(), node));
  ASSERT_EQ(config.types[ResourceType::kCluster].size(), 1u);
  const Resource& cluster = config.types[ResourceType::kCluster][0];
  EXPECT_EQ(cluster.name, "a");
  EXPECT_EQ(cluster.version, "v1");
  EXPECT_EQ(cluster.hash, HashOf(Dns("a", "1").SerializeAsString()));
}

TEST_F(LastGoodTest, EveryDamageIsFound) {
  const std::string good = Saved();
  ASSERT_TRUE(LastGoodFile::Decode(good, node).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(LastGoodFile::Decode(std::string_view(good).substr(0, size), node).ok()) << size;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    EXPECT_FALSE(LastGoodFile::Decode(bad, node).ok()) << i;
  }
  EXPECT_FALSE(LastGoodFile::Decode(good + "x", node).ok());
}

TEST_F(LastGoodTest, FileOfAnotherNodeIsRefused) {
  const std::string bytes = Saved();
  node.set_id("m");
  EXPECT_THAT(ErrorOf(LastGoodFile::Decode(bytes, node).status()),
              HasSubstr("is the configuration of node 'n' of cluster 'c'; this is node 'm'"));
}

TEST_F(LastGoodTest, FileIsWrittenWholeAndForItsOwnerOnly) {
  ASSERT_TRUE(LastGoodFile::Write(Folder(), "one").ok());
  // What a process that was killed while it wrote leaves behind.
  std::ofstream(Path() + ".new") << "half";
  ASSERT_TRUE(LastGoodFile::Write(Folder(), "two").ok());
  EXPECT_EQ(*LastGoodFile::Read(Folder()), "two");
  struct stat facts{};
  ASSERT_EQ(stat(Path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(LastGoodTest, FilesThatCannotBeReadOrWrittenAreNamed) {
  EXPECT_TRUE(absl::IsNotFound(LastGoodFile::Read(Folder()).status()));
  EXPECT_THAT(ErrorOf(LastGoodFile::Write("/dev/null/x", "")), HasSubstr("/dev/null/x: mkdir: "));
}

TEST_F(LastGoodTest, KeeperWritesWhatChangedOnceTheProxyRuns) {
  Load(kDynamic);
  pipeline.Start();
  {
    LastGoodKeeper keeper(Folder(), node, pipeline, wheel);
    keeper.Start();
    SendClusters({Dns("a", "1")});
    Advance(LastGoodKeeper::kInterval);
  }
  EXPECT_FALSE(LastGoodFile::Read(Folder()).ok());  // LDS has not answered.
  {
    LastGoodKeeper keeper(Folder(), node, pipeline, wheel);
    keeper.Start();
    SendListeners({});
    Advance(LastGoodKeeper::kInterval);
    SendClusters({Dns("a", "1"), Dns("b", "1")});
  }
  EXPECT_EQ(Decoded(*LastGoodFile::Read(Folder())).types[ResourceType::kCluster].size(), 2u);
}

TEST_F(LastGoodTest, KeeperIgnoresADamagedFile) {
  ASSERT_TRUE(LastGoodFile::Write(Folder(), "damaged").ok());
  LastGoodKeeper keeper(Folder(), node, pipeline, wheel);
  EXPECT_FALSE(keeper.Load().has_value());
}

// A second life of the process, on what the first had.
class SecondLifeTest : public LastGoodTest {
 protected:
  struct FirstLife : public LastGoodTest {
    void TestBody() override {}
    std::string Bytes() { return Saved(); }
  };
  void StartOn(const std::string& bytes) {
    pipeline.UseLastGood(
        [this, bytes]() -> std::optional<LastGoodConfig> {
          ++loads;
          return Decoded(bytes);
        },
        [this](bool serves) { served.push_back(serves); });
    Load(kDynamic);
    pipeline.Start();
  }

  const std::unique_ptr<FirstLife> first = std::make_unique<FirstLife>();
  int loads = 0;
  std::vector<bool> served;
};

TEST_F(SecondLifeTest, UnreachableControlPlaneIsReplacedByTheLastGoodConfiguration) {
  StartOn(first->Bytes());
  EXPECT_FALSE(pipeline.is_ready());
  pipeline.OnSourceFailure(ResourceType::kCluster, "connection refused");
  EXPECT_THAT(sink.Take(),
              ElementsAre("cluster a 1 1/2", "routes r x", "listener l 1", "init done"));
  EXPECT_TRUE(pipeline.serves_last_good());
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "a");
  // The next stream says what is known, so that the server can tell what is gone.
  EXPECT_THAT(sources.restored,
              UnorderedElementsAre("cds a c1", "eds a e1", "lds l l1", "rds r r1"));
  pipeline.OnSourceFailure(ResourceType::kCluster, "connection refused");
  EXPECT_EQ(loads, 1);
}

TEST_F(SecondLifeTest, AnswerOfTheControlPlaneReplacesIt) {
  StartOn(first->Bytes());
  pipeline.OnSourceFailure(ResourceType::kCluster, "connection refused");
  sink.Take();
  SendClusters({Eds("a", "1"), Dns("b", "1")});
  EXPECT_FALSE(pipeline.serves_last_good());
  EXPECT_THAT(served, ElementsAre(true, false));
  EXPECT_THAT(sink.Take(), ElementsAre("cluster b 1 -"));  // The rest is as it was.
  SendListeners({});
  EXPECT_THAT(sink.Take(), ElementsAre("-listener l", "-routes r"));
}

TEST_F(SecondLifeTest, SilentControlPlaneIsWaitedForNoLongerThanTold) {
  StartOn(first->Bytes());
  Advance(kInitialFetchTimeout + std::chrono::seconds(1));
  EXPECT_TRUE(pipeline.is_ready());
  EXPECT_TRUE(pipeline.serves_last_good());
}

TEST_F(SecondLifeTest, WhatHasComeIsNotReplaced) {
  StartOn(first->Bytes());
  SendClusters({Eds("a", "2")});
  SendEndpoints({Endpoints("a", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 2 2/1"));
  pipeline.OnSourceFailure(ResourceType::kListener, "reset");
  EXPECT_THAT(sink.Take(), ElementsAre("routes r x", "listener l 1", "init done"));
}

TEST_F(SecondLifeTest, ControlPlaneThatAnswersMakesTheFileUnneeded) {
  StartOn(first->Bytes());
  SendClusters({});
  SendListeners({});
  pipeline.OnSourceFailure(ResourceType::kCluster, "reset");
  EXPECT_EQ(loads, 0);
  EXPECT_FALSE(pipeline.serves_last_good());
}

}  // namespace
}  // namespace fairlead::xds
