#ifndef FAIRLEAD_CONTROLPLANE_STORE_SQLITE_H_
#define FAIRLEAD_CONTROLPLANE_STORE_SQLITE_H_

// SQLite with owners and statuses.
//
//     FL_ASSIGN_OR_RETURN(auto db, Database::Open("/data/fairlead.db"));
//     FL_ASSIGN_OR_RETURN(Statement query, db->Prepare("SELECT a FROM t WHERE b = ?"));
//     query.Bind(1, name);
//     FL_ASSIGN_OR_RETURN(bool has_row, query.Step());
//     if (has_row) Use(query.Text(0));
//
// Errors name the file and say what an operator can do: a full disk is RESOURCE_EXHAUSTED, a file
// that is no database or is damaged DATA_LOSS, a file that another process holds UNAVAILABLE.
// Thread: one at a time for a Database and all its Statements.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairlead::control::store {

class Database;

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters count from 1. The bytes are copied.
  void Bind(int index, int64_t value);
  void Bind(int index, absl::string_view text);
  void BindBlob(int index, absl::string_view bytes);
  void BindNull(int index);

  // True when there is a row, false at the end.
  absl::StatusOr<bool> Step();
  // Runs a statement without rows and makes it ready to be bound again.
  absl::Status Run();

  // Columns count from 0 and stay valid until the next Step.
  int64_t Integer(int column) const;
  absl::string_view Text(int column) const;
  absl::string_view Blob(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Database;
  Statement(Database& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

  Database& db_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Creates the file if it is not there, readable by its owner only, and takes it for this process.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();
  Database(const Database&) = delete;

  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // One or more statements without parameters and rows.
  absl::Status Execute(const char* sql);
  // The single integer that `sql` yields.
  absl::StatusOr<int64_t> Integer(absl::string_view sql);

  // The status for a result code of SQLite.
  absl::Status Error(int code, absl::string_view what) const;

 private:
  Database(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}

  const std::string path_;
  sqlite3* const db_;
};

// Rolls back when it is destroyed before Commit succeeded.
class Transaction {
 public:
  explicit Transaction(Database& db) : db_(db) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;

  absl::Status Begin();
  absl::Status Commit();

 private:
  Database& db_;
  bool is_open_ = false;
};

}  // namespace fairlead::control::store

#endif  // FAIRLEAD_CONTROLPLANE_STORE_SQLITE_H_
