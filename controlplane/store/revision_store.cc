#include "controlplane/store/revision_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/base/check.h"
#include "dataplane/base/status.h"

namespace fairlead::control::store {
namespace {

using model::Change;
using model::EntryPtr;
using model::Kind;
using model::State;

// "FLDR" in the file's header says that the file is ours, user_version which format it has.
constexpr int64_t kApplicationId = 0x464C4452;
constexpr int64_t kFormat = 1;

constexpr char kSchema[] = R"(
CREATE TABLE revisions (
  number INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
-- One row for each resource that a revision changed; resource NULL: deleted.
CREATE TABLE changes (
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL REFERENCES revisions (number),
  etag TEXT NOT NULL,
  resource BLOB,
  PRIMARY KEY (kind, name, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_revision ON changes (revision);
)";

// Without content the entry has key, revision and etag only.
absl::StatusOr<EntryPtr> ReadEntry(const Statement& row, int first_column, bool with_content) {
  auto entry = std::make_shared<model::StateEntry>();
  entry->key = {static_cast<Kind>(row.Integer(first_column)),
                std::string(row.Text(first_column + 1))};
  entry->revision = row.Integer(first_column + 2);
  entry->etag = std::string(row.Text(first_column + 3));
  if (!with_content) return entry;
  absl::string_view bytes = row.Blob(first_column + 4);
  bool is_whole = model::EtagOf(bytes) == entry->etag &&
                  entry->resource.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                  model::KindOf(entry->resource) == entry->key.kind &&
                  model::KeyOf(entry->resource) == entry->key;
  if (!is_whole) {
    return absl::DataLossError(absl::StrCat("store: ", entry->key.ToString(), " of revision ",
                                            entry->revision, " is damaged; restore a copy"));
  }
  return entry;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RevisionStore>> RevisionStore::Open(const std::string& path,
                                                                   WallClock clock) {
  FL_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path));
  std::unique_ptr<RevisionStore> store(new RevisionStore(std::move(db), std::move(clock)));
  absl::MutexLock lock(&store->mutex_);
  FL_RETURN_IF_ERROR(store->Prepare(path));
  FL_ASSIGN_OR_RETURN(int64_t newest, store->Newest());
  FL_ASSIGN_OR_RETURN(State state, store->ReadState(newest));
  absl::MutexLock current_lock(&store->current_mutex_);
  store->current_ = std::make_shared<const State>(std::move(state));
  return store;
}

absl::Status RevisionStore::Prepare(const std::string& path) {
  FL_ASSIGN_OR_RETURN(int64_t application, db_->Integer("PRAGMA application_id"));
  FL_ASSIGN_OR_RETURN(int64_t format, db_->Integer("PRAGMA user_version"));
  FL_ASSIGN_OR_RETURN(int64_t tables, db_->Integer("SELECT count(*) FROM sqlite_schema"));
  if (tables > 0 && application != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat("store ", path, ": this is an SQLite file of another program"));
  }
  if (tables > 0 && format != kFormat) {
    return absl::FailedPreconditionError(absl::StrCat("store ", path, ": has format ", format,
                                                      "; this program reads format ", kFormat));
  }
  FL_RETURN_IF_ERROR(
      db_->Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                   "PRAGMA foreign_keys=ON;"));
  if (tables == 0) {
    Transaction transaction(*db_);
    FL_RETURN_IF_ERROR(transaction.Begin());
    FL_RETURN_IF_ERROR(db_->Execute(kSchema));
    FL_RETURN_IF_ERROR(db_->Execute(
        absl::StrCat("PRAGMA application_id=", kApplicationId, "; PRAGMA user_version=", kFormat)
            .c_str()));
    return transaction.Commit();
  }
  FL_ASSIGN_OR_RETURN(Statement check, db_->Prepare("PRAGMA quick_check(1)"));
  FL_ASSIGN_OR_RETURN(bool has_row, check.Step());
  if (has_row && check.Text(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "store ", path, ": the file is damaged: ", has_row ? std::string(check.Text(0)) : "no answer",
      "; restore it from a copy, or move it away"));
}

std::shared_ptr<const State> RevisionStore::Current() const {
  absl::MutexLock lock(&current_mutex_);
  return current_;
}

absl::StatusOr<int64_t> RevisionStore::Newest() {
  return db_->Integer("SELECT coalesce(max(number), 0) FROM revisions");
}

absl::StatusOr<State> RevisionStore::ReadState(int64_t number) {
  // With max() the other columns are those of the row that has the maximum (SQLite, "bare
  // columns").
  FL_ASSIGN_OR_RETURN(Statement query,
                      db_->Prepare("SELECT kind, name, max(revision), etag, resource FROM changes "
                                   "WHERE revision <= ? GROUP BY kind, name"));
  query.Bind(1, number);
  std::vector<EntryPtr> entries;
  while (true) {
    FL_ASSIGN_OR_RETURN(bool has_row, query.Step());
    if (!has_row) break;
    if (query.IsNull(4)) continue;
    FL_ASSIGN_OR_RETURN(EntryPtr entry, ReadEntry(query, 0, true));
    entries.push_back(std::move(entry));
  }
  return State(std::move(entries), number);
}

absl::StatusOr<Committed> RevisionStore::Commit(const State& base, absl::Span<const Change> changes,
                                                const RevisionNote& note) {
  absl::MutexLock lock(&mutex_);
  if (base.revision() != Current()->revision()) {
    return absl::AbortedError("another change came first; read the resources again");
  }
  const int64_t number = base.revision() + 1;
  const absl::Time time = clock_();
  FL_RETURN_IF_ERROR(Write(number, time, changes, note));
  auto next = std::make_shared<const State>(base.With(changes, number));
  absl::MutexLock current_lock(&current_mutex_);
  current_ = next;
  return Committed{next, time};
}

absl::Status RevisionStore::Write(int64_t number, absl::Time time, absl::Span<const Change> changes,
                                  const RevisionNote& note) {
  Transaction transaction(*db_);
  FL_RETURN_IF_ERROR(transaction.Begin());
  FL_ASSIGN_OR_RETURN(Statement revision,
                      db_->Prepare("INSERT INTO revisions VALUES (?, ?, ?, ?)"));
  revision.Bind(1, number);
  revision.Bind(2, absl::ToUnixMicros(time));
  revision.Bind(3, note.author);
  revision.Bind(4, note.reason);
  FL_RETURN_IF_ERROR(revision.Run());
  FL_ASSIGN_OR_RETURN(Statement insert, db_->Prepare("INSERT INTO changes VALUES (?, ?, ?, ?, ?)"));
  for (const Change& change : changes) {
    FL_CHECK(change.after == nullptr || change.after->revision == number);
    insert.Bind(1, static_cast<int64_t>(change.key.kind));
    insert.Bind(2, change.key.name);
    insert.Bind(3, number);
    insert.Bind(4, change.after == nullptr ? "" : change.after->etag);
    if (change.after == nullptr) {
      insert.BindNull(5);
    } else {
      insert.BindBlob(5, model::SerializeResource(change.after->resource));
    }
    FL_RETURN_IF_ERROR(insert.Run());
  }
  return transaction.Commit();
}

absl::Status RevisionStore::ReadChanges(RevisionRecord& record, bool with_content) {
  // Each change with the newest older entry of the same resource.
  FL_ASSIGN_OR_RETURN(
      Statement query,
      db_->Prepare("SELECT c.kind, c.name, c.revision, c.etag, c.resource,"
                   "       p.kind, p.name, p.revision, p.etag, p.resource "
                   "FROM changes c LEFT JOIN changes p ON p.kind = c.kind AND p.name = c.name "
                   "AND p.revision = (SELECT max(revision) FROM changes o WHERE o.kind = c.kind "
                   "                  AND o.name = c.name AND o.revision < c.revision) "
                   "WHERE c.revision = ? ORDER BY c.kind, c.name"));
  query.Bind(1, record.number);
  while (true) {
    FL_ASSIGN_OR_RETURN(bool has_row, query.Step());
    if (!has_row) return absl::OkStatus();
    Change change;
    change.key = {static_cast<Kind>(query.Integer(0)), std::string(query.Text(1))};
    if (!query.IsNull(4)) {
      FL_ASSIGN_OR_RETURN(change.after, ReadEntry(query, 0, with_content));
    }
    if (!query.IsNull(9)) {
      FL_ASSIGN_OR_RETURN(change.before, ReadEntry(query, 5, with_content));
    }
    record.changes.push_back(std::move(change));
  }
}

absl::StatusOr<std::vector<RevisionRecord>> RevisionStore::List(int64_t before, int limit) {
  absl::MutexLock lock(&mutex_);
  FL_ASSIGN_OR_RETURN(std::vector<RevisionRecord> records, ReadRevisions(before, limit));
  for (RevisionRecord& record : records) {
    FL_RETURN_IF_ERROR(ReadChanges(record, /*with_content=*/false));
  }
  return records;
}

absl::StatusOr<std::vector<RevisionRecord>> RevisionStore::ReadRevisions(int64_t before,
                                                                         int limit) {
  FL_ASSIGN_OR_RETURN(Statement query,
                      db_->Prepare("SELECT number, time_us, author, reason FROM revisions "
                                   "WHERE number < ? ORDER BY number DESC LIMIT ?"));
  query.Bind(1, before > 0 ? before : INT64_MAX);
  query.Bind(2, int64_t{limit});
  std::vector<RevisionRecord> records;
  while (true) {
    FL_ASSIGN_OR_RETURN(bool has_row, query.Step());
    if (!has_row) break;
    records.push_back({query.Integer(0),
                       absl::FromUnixMicros(query.Integer(1)),
                       {std::string(query.Text(2)), std::string(query.Text(3))},
                       {}});
  }
  return records;
}

absl::StatusOr<RevisionRecord> RevisionStore::Get(int64_t number) {
  absl::MutexLock lock(&mutex_);
  bool is_possible = number > 0 && number < INT64_MAX;
  FL_ASSIGN_OR_RETURN(std::vector<RevisionRecord> records,
                      ReadRevisions(is_possible ? number + 1 : 1, 1));
  if (records.empty() || records[0].number != number) {
    return absl::NotFoundError(
        absl::StrCat("there is no revision ", number, "; the newest is ", Current()->revision()));
  }
  FL_RETURN_IF_ERROR(ReadChanges(records[0], /*with_content=*/true));
  return std::move(records[0]);
}

absl::StatusOr<State> RevisionStore::StateAt(int64_t number) {
  int64_t newest = Current()->revision();
  if (number < 0 || number > newest) {
    return absl::NotFoundError(
        absl::StrCat("there is no revision ", number, "; the newest is ", newest));
  }
  absl::MutexLock lock(&mutex_);
  return ReadState(number);
}

}  // namespace fairlead::control::store
