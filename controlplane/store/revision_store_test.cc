#include "controlplane/store/revision_store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "sqlite3.h"

namespace fairlead::control::store {
namespace {

using model::Change;
using model::EntryPtr;
using model::Kind;
using model::State;

EntryPtr Service(const std::string& name, uint32_t port, int64_t revision) {
  fairlead::v1::Resource resource;
  resource.mutable_service()->set_name(name);
  resource.mutable_service()->mutable_dns()->set_port(port);
  return model::MakeEntry(resource, revision);
}

class RevisionStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string dir = testing::TempDir() + "/store-XXXXXX";
    ASSERT_NE(mkdtemp(dir.data()), nullptr);
    path_ = dir + "/revisions.db";
  }
  void TearDown() override {
    std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
  }

  static absl::Time Now() { return absl::FromUnixSeconds(1'700'000'000); }

  std::unique_ptr<RevisionStore> Open() {
    auto store = RevisionStore::Open(path_, Now);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Sets the service's port; 0 deletes it.
  static absl::Status Put(RevisionStore& store, const std::string& name, uint32_t port) {
    std::shared_ptr<const State> base = store.Current();
    model::ResourceKey key{Kind::kService, name};
    std::vector<Change> changes = {
        {key, base->Find(key), port == 0 ? nullptr : Service(name, port, base->revision() + 1)}};
    return store.Commit(*base, changes, {"ann", "because"}).status();
  }

  std::string path_;
};

TEST_F(RevisionStoreTest, StartsEmptyAndPrivate) {
  std::unique_ptr<RevisionStore> store = Open();
  EXPECT_EQ(store->Current()->revision(), 0);
  EXPECT_EQ(store->Current()->size(), 0u);
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(RevisionStoreTest, EveryRevisionCanBeReadBack) {
  std::unique_ptr<RevisionStore> store = Open();
  ASSERT_TRUE(Put(*store, "a", 1).ok());
  ASSERT_TRUE(Put(*store, "b", 1).ok());
  ASSERT_TRUE(Put(*store, "a", 2).ok());
  ASSERT_TRUE(Put(*store, "a", 0).ok());
  ASSERT_TRUE(Put(*store, "a", 3).ok());
  store.reset();
  store = Open();
  EXPECT_EQ(store->Current()->revision(), 5);
  auto port = [&](int64_t revision, const std::string& name) {
    auto state = store->StateAt(revision);
    EXPECT_TRUE(state.ok()) << state.status();
    EntryPtr entry = state->Find({Kind::kService, name});
    return entry == nullptr ? 0 : entry->resource.service().dns().port();
  };
  EXPECT_EQ(port(0, "a"), 0u);
  EXPECT_EQ(port(1, "a"), 1u);
  EXPECT_EQ(port(2, "a"), 1u);
  EXPECT_EQ(port(3, "a"), 2u);
  EXPECT_EQ(port(4, "a"), 0u);
  EXPECT_EQ(port(5, "a"), 3u);
  EXPECT_EQ(port(4, "b"), 1u);
  EXPECT_EQ(store->StateAt(3)->Find({Kind::kService, "b"})->revision, 2);
  EXPECT_EQ(store->StateAt(6).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RevisionStoreTest, RevisionsHaveNoteTimeAndWhatWasBefore) {
  std::unique_ptr<RevisionStore> store = Open();
  ASSERT_TRUE(Put(*store, "a", 1).ok());
  ASSERT_TRUE(Put(*store, "a", 2).ok());
  ASSERT_TRUE(Put(*store, "a", 0).ok());
  auto records = store->List(0, 10);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].number, 3);
  EXPECT_EQ((*records)[0].time, Now());
  EXPECT_EQ((*records)[0].note.author, "ann");
  EXPECT_EQ((*records)[0].changes[0].after, nullptr);
  EXPECT_NE((*records)[0].changes[0].before, nullptr);
  EXPECT_EQ((*records)[2].changes[0].before, nullptr);
  EXPECT_EQ(store->Get(3)->changes[0].before->resource.service().dns().port(), 2u);
  EXPECT_EQ(store->Get(2)->changes[0].before->resource.service().dns().port(), 1u);
  EXPECT_EQ(store->Get(2)->changes[0].after->resource.service().dns().port(), 2u);
  EXPECT_EQ(store->List(3, 1)->front().number, 2);
  EXPECT_EQ(store->Get(2)->number, 2);
  EXPECT_EQ(store->Get(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->Get(4).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RevisionStoreTest, AStaleBaseIsRefused) {
  std::unique_ptr<RevisionStore> store = Open();
  std::shared_ptr<const State> old = store->Current();
  ASSERT_TRUE(Put(*store, "a", 1).ok());
  std::vector<Change> changes = {{{Kind::kService, "b"}, nullptr, Service("b", 1, 1)}};
  EXPECT_EQ(store->Commit(*old, changes, {}).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(store->Current()->revision(), 1);
}

TEST_F(RevisionStoreTest, OnlyOneProcessUsesAStore) {
  std::unique_ptr<RevisionStore> store = Open();
  ASSERT_TRUE(Put(*store, "a", 1).ok());
  absl::Status second = RevisionStore::Open(path_, Now).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable) << second;
}

TEST_F(RevisionStoreTest, FilesOfOthersAreRefusedAndLeftAlone) {
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_EQ(RevisionStore::Open(path_, Now).status().code(), absl::StatusCode::kDataLoss);
  std::filesystem::remove(path_);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE t (a)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  absl::Status status = RevisionStore::Open(path_, Now).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(RevisionStoreTest, ANewerFormatIsRefused) {
  Open().reset();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA user_version=2", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_EQ(RevisionStore::Open(path_, Now).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RevisionStoreTest, ADamagedResourceIsNotServed) {
  ASSERT_TRUE(Put(*Open(), "a", 1).ok());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "UPDATE changes SET resource = x'00'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  EXPECT_EQ(RevisionStore::Open(path_, Now).status().code(), absl::StatusCode::kDataLoss);
}

// A limit on file sizes, in a child that has nothing else to write, stands for the full disk.
TEST_F(RevisionStoreTest, AFullDiskChangesNothing) {
  ASSERT_TRUE(Put(*Open(), "a", 1).ok());
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto store = RevisionStore::Open(path_, Now);
    if (!store.ok()) _exit(1);
    fairlead::v1::Resource large;
    large.mutable_service()->set_name("large");
    for (int i = 0; i < 1000; ++i) {
      large.mutable_service()->add_endpoints()->set_address(std::string(1000, 'x'));
    }
    std::vector<Change> changes = {
        {{Kind::kService, "large"}, nullptr, model::MakeEntry(large, 2)}};
    struct rlimit limit = {200 << 10, 200 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    absl::Status status = (*store)->Commit(*(*store)->Current(), changes, {}).status();
    if (status.ok() || (*store)->Current()->revision() != 1) _exit(2);
    // What fits still works.
    _exit(Put(**store, "small", 1).ok() ? 0 : 3);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(WEXITSTATUS(result), 0);
  std::unique_ptr<RevisionStore> store = Open();
  EXPECT_EQ(store->Current()->revision(), 2);
  EXPECT_EQ(store->Current()->Find({Kind::kService, "large"}), nullptr);
}

// Goal: a process killed at any moment leaves whole revisions. Method: a child commits until it is
// killed after a number of commits that it reports over a pipe.
TEST_F(RevisionStoreTest, SurvivesKill) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  pid_t child = fork();
  if (child == 0) {
    auto store = RevisionStore::Open(path_, Now);
    for (uint32_t i = 1; store.ok(); ++i) {
      if (!Put(**store, "s" + std::to_string(i % 7), i).ok()) _exit(1);
      if (write(pipe_fds[1], "x", 1) != 1) _exit(1);
    }
    _exit(1);
  }
  char byte;
  int64_t acknowledged = 0;
  while (acknowledged < 20 && read(pipe_fds[0], &byte, 1) == 1) ++acknowledged;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  std::unique_ptr<RevisionStore> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_GE(store->Current()->revision(), acknowledged);
  auto latest = static_cast<uint32_t>(store->Current()->revision());
  EntryPtr entry = store->Current()->Find({Kind::kService, "s" + std::to_string(latest % 7)});
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->resource.service().dns().port(), latest);
  EXPECT_TRUE(Put(*store, "after", 1).ok());
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

}  // namespace
}  // namespace fairlead::control::store
