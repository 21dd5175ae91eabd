#include "controlplane/store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/base/status.h"
#include "sqlite3.h"

namespace fairlead::control::store {

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Statement::Bind(int index, absl::string_view text) {
  sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::BindBlob(int index, absl::string_view bytes) {
  sqlite3_bind_blob64(statement_, index, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
}

void Statement::BindNull(int index) { sqlite3_bind_null(statement_, index); }

absl::StatusOr<bool> Statement::Step() {
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_.Error(code, "the statement failed");
}

absl::Status Statement::Run() {
  FL_RETURN_IF_ERROR(Step().status());
  sqlite3_reset(statement_);
  return absl::OkStatus();
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

absl::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return "";
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

absl::string_view Statement::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return "";
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  // SQLite would create it with the umask's mode; the resources hold keys.
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    int error = errno;
    return absl::UnavailableError(
        absl::StrCat("store ", path, ": cannot be opened: ", std::strerror(error)));
  }
  close(fd);
  sqlite3* handle = nullptr;
  int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> db(new Database(path, handle));
  if (code != SQLITE_OK) return db->Error(code, "cannot be opened");
  sqlite3_extended_result_codes(handle, 1);
  // The lock lasts as long as the connection, so that two control planes cannot share a store.
  FL_RETURN_IF_ERROR(db->Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF;"));
  return db;
}

Database::~Database() { sqlite3_close_v2(db_); }

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return Error(code, "the statement is refused");
  return Statement(*this, statement);
}

absl::Status Database::Execute(const char* sql) {
  int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, "the statement failed");
}

absl::StatusOr<int64_t> Database::Integer(absl::string_view sql) {
  FL_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  FL_ASSIGN_OR_RETURN(bool has_row, statement.Step());
  return has_row ? statement.Integer(0) : 0;
}

absl::Status Database::Error(int code, absl::string_view what) const {
  std::string text = absl::StrCat("store ", path_, ": ", what, ": ",
                                  db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_));
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(text, "; nothing was changed; free space on the disk and try again"));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return absl::DataLossError(absl::StrCat(text, "; restore it from a copy, or move it away"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(absl::StrCat(text, "; another process uses it"));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return absl::UnavailableError(absl::StrCat(text, "; look at the permissions"));
    default:
      return absl::InternalError(text);
  }
}

Transaction::~Transaction() {
  // A failed rollback leaves nothing to do here: SQLite has rolled back by itself, or the next
  // Begin fails.
  if (is_open_) (void)db_.Execute("ROLLBACK");
}

absl::Status Transaction::Begin() {
  FL_RETURN_IF_ERROR(db_.Execute("BEGIN IMMEDIATE"));
  is_open_ = true;
  return absl::OkStatus();
}

absl::Status Transaction::Commit() {
  FL_RETURN_IF_ERROR(db_.Execute("COMMIT"));
  is_open_ = false;
  return absl::OkStatus();
}

}  // namespace fairlead::control::store
