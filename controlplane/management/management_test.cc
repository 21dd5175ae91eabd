#include "controlplane/management/management.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fairlead::control::management {
namespace {

using fairlead::v1::ApplyRequest;
using fairlead::v1::ChangeResponse;
using fairlead::v1::ResourceDiff;
using fairlead::v1::WatchEvent;

constexpr char kShop[] = R"(kind: Listener
name: web
port: 80
---
kind: Service
name: shop
endpoints:
  - address: 10.0.0.1
    port: 80
---
kind: Route
name: shop
rules:
  - forward: {backends: [{service: shop}]}
)";

class ManagementTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = testing::TempDir() + "/management-XXXXXX";
    ASSERT_NE(mkdtemp(dir_.data()), nullptr);
    auto store = store::RevisionStore::Open(dir_ + "/revisions.db",
                                            [] { return absl::FromUnixSeconds(1'700'000'000); });
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    Fleet fleet;
    fleet.publish = [this](std::shared_ptr<const xds::Snapshot> s) { published_.push_back(s); };
    fleet.proxies = [] {
      fleet::ProxyStatus proxy;
      proxy.node_id = "p1";
      proxy.types.push_back({.type_url = "t", .last_nack = "no"});
      return std::vector<fleet::ProxyStatus>{proxy};
    };
    management_ = std::make_unique<Management>(*store_, std::move(fleet));
    ASSERT_TRUE(management_->Start().ok());
  }
  void TearDown() override {
    management_.reset();
    store_.reset();
    std::filesystem::remove_all(dir_);
  }

  absl::StatusOr<ChangeResponse> Apply(const std::string& text, bool dry_run = false,
                                       bool prune = false) {
    ApplyRequest request;
    request.mutable_info()->set_author("ann");
    request.mutable_info()->set_dry_run(dry_run);
    request.set_prune(prune);
    request.add_documents()->set_source("f.yaml");
    request.mutable_documents(0)->set_text(text);
    return management_->Apply(request);
  }

  std::string EtagOf(const std::string& kind, const std::string& name) {
    fairlead::v1::GetRequest get;
    get.mutable_key()->set_kind(kind);
    get.mutable_key()->set_name(name);
    auto stored = management_->Get(get);
    return stored.ok() ? stored->etag() : "";
  }

  std::string dir_;
  std::unique_ptr<store::RevisionStore> store_;
  std::vector<std::shared_ptr<const xds::Snapshot>> published_;
  std::unique_ptr<Management> management_;
};

TEST_F(ManagementTest, StartPublishesTheNewestRevision) {
  ASSERT_EQ(published_.size(), 1u);
  EXPECT_EQ(published_[0]->revision, 0);
}

TEST_F(ManagementTest, AnAcceptedChangeIsCommittedThenPublished) {
  auto response = Apply(kShop);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->revision(), 1);
  ASSERT_EQ(response->diffs_size(), 3);
  EXPECT_EQ(response->diffs(0).operation(), ResourceDiff::CREATED);
  EXPECT_EQ(response->diffs(0).etag(), EtagOf("Service", "shop"));
  ASSERT_EQ(published_.size(), 2u);
  EXPECT_EQ(published_[1]->revision, 1);
  EXPECT_EQ(store_->Current()->revision(), 1);
}

TEST_F(ManagementTest, WhatIsStoredAlreadyMakesNoRevision) {
  ASSERT_TRUE(Apply(kShop).ok());
  auto again = Apply(kShop);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->revision(), 1);
  EXPECT_TRUE(again->diffs().empty());
  EXPECT_EQ(published_.size(), 2u);
}

TEST_F(ManagementTest, ADryRunShowsTheDiffAndChangesNothing) {
  ASSERT_TRUE(Apply(kShop).ok());
  auto response =
      Apply("kind: Service\nname: shop\nendpoints: [{address: 10.0.0.1, port: 81}]\n", true);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->revision(), 1);
  ASSERT_EQ(response->diffs_size(), 1);
  EXPECT_EQ(response->diffs(0).operation(), ResourceDiff::UPDATED);
  EXPECT_EQ(response->diffs(0).text(),
            "--- Service/shop\n+++ Service/shop\n@@ -2,4 +2,4 @@\n name: shop\n endpoints:\n   - "
            "address: "
            "10.0.0.1\n-    port: 80\n+    port: 81\n");
  EXPECT_EQ(store_->Current()->revision(), 1);
  EXPECT_EQ(published_.size(), 2u);
}

TEST_F(ManagementTest, ABrokenSetChangesNothingAndNamesEveryProblem) {
  auto response =
      Apply(absl::StrCat(kShop, "---\nkind: Listener\nname: bad\nport: 0\n---\nkind: Nope\n"));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      response.status().message(),
      "f.yaml:18 (document 4): Listener 'bad': port: found 0; a port is a number from 1 to 65535\n"
      "f.yaml:20 (document 5): kind: found \"Nope\"; allowed: Listener, Route, Service, Policy");
  EXPECT_EQ(store_->Current()->revision(), 0);
}

TEST_F(ManagementTest, DanglingReferencesAreRefusedWithTheirLine) {
  auto response =
      Apply("kind: Route\nname: r\nrules:\n- forward:\n    backends:\n    - service: gone\n");
  EXPECT_EQ(response.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      response.status().message(),
      "f.yaml:6: Route 'r': rules[0].forward.backends[0].service: refers to Service 'gone', which "
      "does not exist");
}

TEST_F(ManagementTest, PruneDeletesTheRest) {
  ASSERT_TRUE(Apply(kShop).ok());
  auto response = Apply("kind: Listener\nname: web\nport: 80\n", false, true);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->diffs_size(), 2);
  EXPECT_EQ(store_->Current()->size(), 1u);
  EXPECT_EQ(Apply("", false, true).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ManagementTest, CreateUpdateDeleteOfOne) {
  fairlead::v1::CreateRequest create;
  create.mutable_resource()->mutable_service()->set_name("s");
  ASSERT_TRUE(management_->Create(create).ok());
  EXPECT_EQ(management_->Create(create).status().code(), absl::StatusCode::kAlreadyExists);

  fairlead::v1::UpdateRequest update;
  *update.mutable_resource() = create.resource();
  update.mutable_resource()->mutable_service()->mutable_connect_timeout()->set_seconds(1);
  update.set_etag("stale");
  EXPECT_EQ(management_->Update(update).status().code(), absl::StatusCode::kAborted);
  update.set_etag(EtagOf("Service", "s"));
  auto updated = management_->Update(update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->revision(), 2);

  fairlead::v1::DeleteRequest remove;
  remove.mutable_key()->set_kind("Service");
  remove.mutable_key()->set_name("s");
  remove.set_etag(update.etag());
  EXPECT_EQ(management_->Delete(remove).status().code(), absl::StatusCode::kAborted);
  remove.clear_etag();
  EXPECT_TRUE(management_->Delete(remove).ok());
  EXPECT_EQ(management_->Delete(remove).status().code(), absl::StatusCode::kNotFound);
  update.clear_etag();
  EXPECT_EQ(management_->Update(update).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ManagementTest, WhatIsUsedCannotBeDeleted) {
  ASSERT_TRUE(Apply(kShop).ok());
  fairlead::v1::DeleteRequest remove;
  remove.mutable_key()->set_kind("Service");
  remove.mutable_key()->set_name("shop");
  EXPECT_EQ(management_->Delete(remove).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ManagementTest, RollbackMakesANewRevisionWithTheOldState) {
  ASSERT_TRUE(Apply(kShop).ok());
  ASSERT_TRUE(Apply("kind: Service\nname: more\n").ok());
  ASSERT_TRUE(Apply("kind: Listener\nname: web\nport: 81\n").ok());
  std::string version =
      published_[1]->TypeVersion("type.googleapis.com/envoy.config.listener.v3.Listener");
  fairlead::v1::RollbackRequest rollback;
  rollback.set_number(1);
  auto response = management_->Rollback(rollback);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->revision(), 4);
  EXPECT_EQ(response->diffs_size(), 2);
  EXPECT_EQ(store_->Current()->size(), 3u);
  EXPECT_EQ(published_.back()->TypeVersion("type.googleapis.com/envoy.config.listener.v3.Listener"),
            version);
  fairlead::v1::GetRevisionRequest get;
  get.set_number(4);
  auto revision = management_->GetRevision(get);
  ASSERT_TRUE(revision.ok());
  EXPECT_EQ(revision->reason(), "roll back to revision 1");
  EXPECT_EQ(revision->resources_size(), 3);
  fairlead::v1::DiffRevisionsRequest diff;
  diff.set_from(1);
  EXPECT_TRUE(management_->DiffRevisions(diff)->diffs().empty());
  diff.set_to(3);
  EXPECT_EQ(management_->DiffRevisions(diff)->diffs_size(), 2);
  rollback.set_number(99);
  EXPECT_EQ(management_->Rollback(rollback).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ManagementTest, RevisionsAreListedNewestFirst) {
  ASSERT_TRUE(Apply(kShop).ok());
  ASSERT_TRUE(Apply("kind: Service\nname: more\n").ok());
  fairlead::v1::ListRevisionsRequest list;
  auto response = management_->ListRevisions(list);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->revisions_size(), 2);
  EXPECT_EQ(response->revisions(0).number(), 2);
  EXPECT_EQ(response->revisions(0).author(), "ann");
  EXPECT_EQ(response->revisions(0).diffs(0).key().name(), "more");
  list.set_before(2);
  EXPECT_EQ(management_->ListRevisions(list)->revisions(0).number(), 1);
  list.set_limit(-1);
  EXPECT_FALSE(management_->ListRevisions(list).ok());
}

TEST_F(ManagementTest, WatchGivesPresentStateThenChanges) {
  ASSERT_TRUE(Apply(kShop).ok());
  auto watcher = management_->Watch({});
  ASSERT_TRUE(watcher.ok());
  WatchEvent event;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kEvent);
    EXPECT_TRUE(event.has_present());
  }
  ASSERT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kEvent);
  EXPECT_TRUE(event.synced());
  EXPECT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kIdle);
  ASSERT_TRUE(Apply("kind: Service\nname: more\n").ok());
  ASSERT_EQ((*watcher)->Next(absl::Seconds(10), event), Watcher::Result::kEvent);
  EXPECT_EQ(event.changed().revision().number(), 2);
  EXPECT_EQ(event.changed().revision().diffs(0).after().service().name(), "more");
  management_->Stop();
  EXPECT_EQ((*watcher)->Next(absl::Seconds(10), event), Watcher::Result::kClosed);
  EXPECT_EQ((*watcher)->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ManagementTest, WatchOfOneKindSeesOnlyIt) {
  fairlead::v1::WatchRequest request;
  request.set_kind("Route");
  auto watcher = management_->Watch(request);
  ASSERT_TRUE(watcher.ok());
  WatchEvent event;
  ASSERT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kEvent);
  EXPECT_TRUE(event.synced());
  ASSERT_TRUE(Apply(kShop).ok());
  ASSERT_TRUE(Apply("kind: Service\nname: more\n").ok());
  ASSERT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kEvent);
  EXPECT_EQ(event.changed().revision().diffs_size(), 1);
  EXPECT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kIdle);
  request.set_kind("Nope");
  EXPECT_FALSE(management_->Watch(request).ok());
}

TEST_F(ManagementTest, ASlowWatcherIsClosedInsteadOfKeepingHistory) {
  auto watcher = management_->Watch({});
  ASSERT_TRUE(watcher.ok());
  for (int i = 0; i <= 256; ++i) {
    ASSERT_TRUE(
        Apply(absl::StrCat("kind: Service\nname: s\ndns: {host: a, port: ", i + 1, "}\n")).ok());
  }
  WatchEvent event;
  EXPECT_EQ((*watcher)->Next(absl::ZeroDuration(), event), Watcher::Result::kClosed);
  EXPECT_EQ((*watcher)->status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(ManagementTest, ProxiesAreListed) {
  auto response = management_->ListProxies();
  ASSERT_EQ(response.proxies_size(), 1);
  EXPECT_EQ(response.proxies(0).node_id(), "p1");
  EXPECT_EQ(response.proxies(0).types(0).last_nack(), "no");
  EXPECT_FALSE(response.proxies(0).has_connected_since());
}

}  // namespace
}  // namespace fairlead::control::management
