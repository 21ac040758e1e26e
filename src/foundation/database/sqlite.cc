// SQLite behind `Connection`. SOCI opens and closes the session; statements go through SQLite's own
// interface, because SOCI types a column once for all rows and reads what has no declared type
// (count(*), sum()) as 32 bits (README.md).
#include "base/ensure.h"
#include "connection.h"
#include "runtime/clock.h"
#include "statement.h"

#include <soci/session.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <map>
#include <unistd.h>

namespace belfry::database {
namespace {

using sqlite_api::sqlite3;
using sqlite_api::sqlite3_stmt;

// How long SQLite itself waits for another process before it says busy.
constexpr int kBusyTimeoutMs = 2000;
// How many virtual machine steps pass between two looks at the clock: some 20 µs.
constexpr int kStepsBetweenLooks = 2000;
constexpr std::size_t kPreparedMax = 128;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite_api::sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

class SqliteConnection : public Connection {
 public:
  Result<> open(const std::string& path, Mode mode);
  ~SqliteConnection() override { prepared_.clear(); }

  Result<> begin(Mode mode) override {
    return step_through(mode == Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
  }
  Result<> commit() override { return step_through("COMMIT"); }
  void rollback() override {
    if (sqlite_api::sqlite3_get_autocommit(handle_) == 0)
      static_cast<void>(step_through("ROLLBACK"));
  }
  Result<Outcome> run(std::string_view sql, const Parameters& parameters, Duration limit) override;
  // After a failed rollback nothing more is to be done with the handle.
  bool usable() override { return sqlite_api::sqlite3_get_autocommit(handle_) != 0; }
  Result<> reconnect() override { return fail(Code::kRetry, kUnavailable); }
  // Each migration's BEGIN IMMEDIATE is lock enough.
  Result<> lock_schema() override { return {}; }
  void unlock_schema() override {}

 private:
  Result<> step_through(const char* sql);
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<> bind(sqlite3_stmt* statement, const Parameters& parameters);
  Result<Outcome> step_all(sqlite3_stmt* statement);
  std::unexpected<Error> failure() const;
  static int on_progress(void* self);

  std::unique_ptr<soci::session> session_;
  sqlite3* handle_ = nullptr;
  const std::unique_ptr<Clock> clock_ = make_system_clock();
  Deadline deadline_{};
  std::map<std::string, Prepared, std::less<>> prepared_;
};

Result<> SqliteConnection::open(const std::string& path, Mode mode) {
  // Made here for its mode: what lies in the state is nobody else's business. Its journal gets the
  // same mode from SQLite.
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0)
    return fail(Code::kInvalid, "database.cannot_open",
                {{"path", path}, {"reason", std::to_string(errno)}});
  ::close(file);
  try {
    session_ = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + path + "\"");
  } catch (const std::exception& error) {
    return fail(Code::kInvalid, "database.cannot_open", {{"path", path}, {"reason", error.what()}});
  }
  handle_ = static_cast<soci::sqlite3_session_backend*>(session_->get_backend())->conn_;
  sqlite_api::sqlite3_extended_result_codes(handle_, 1);
  sqlite_api::sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  // A double-quoted word that is no column would otherwise become a string.
  sqlite_api::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite_api::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  TRY(step_through("PRAGMA journal_mode = WAL"));
  TRY(step_through("PRAGMA synchronous = FULL"));
  TRY(step_through("PRAGMA foreign_keys = ON"));
  TRY(step_through("PRAGMA case_sensitive_like = ON"));  // as PostgreSQL
  if (mode == Mode::kRead) TRY(step_through("PRAGMA query_only = ON"));
  sqlite_api::sqlite3_progress_handler(handle_, kStepsBetweenLooks, on_progress, this);
  return {};
}

int SqliteConnection::on_progress(void* self) {
  auto* connection = static_cast<SqliteConnection*>(self);
  return connection->clock_->expired(connection->deadline_) ? 1 : 0;
}

std::unexpected<Error> SqliteConnection::failure() const {
  const int code = sqlite_api::sqlite3_extended_errcode(handle_);
  const std::string reason = sqlite_api::sqlite3_errmsg(handle_);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_FOREIGNKEY: {
      // "UNIQUE constraint failed: user.name": what follows the colon names it.
      const std::size_t colon = reason.find(": ");
      return fail(Code::kConflict, "database.constraint",
                  {{"constraint", colon == std::string::npos ? reason : reason.substr(colon + 2)}});
    }
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::kRetry, kBusy);
    case SQLITE_INTERRUPT:
      return fail(Code::kExhausted, kTooSlow);
    case SQLITE_READONLY:
      return fail(Code::kDenied, "database.read_only");
    case SQLITE_FULL:
      return fail(Code::kExhausted, "database.full");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(Code::kCorrupt, "database.corrupt", {{"reason", reason}});
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return fail(Code::kRetry, kUnavailable, {{"reason", reason}});
    case SQLITE_NOMEM:
      return fail(Code::kExhausted, "database.memory");
  }
  return fail(Code::kInvalid, "database.invalid_statement", {{"reason", reason}});
}

Result<> SqliteConnection::step_through(const char* sql) {
  deadline_ = clock_->deadline_in(std::chrono::seconds(60));
  TRY(auto* statement, prepare(sql));
  int code = SQLITE_ROW;
  // A PRAGMA answers with a row or two.
  while (code == SQLITE_ROW) code = sqlite_api::sqlite3_step(statement);
  if (code == SQLITE_DONE) return sqlite_api::sqlite3_reset(statement), Result<>();
  auto error = failure();
  sqlite_api::sqlite3_reset(statement);
  return error;
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  if (auto known = prepared_.find(sql); known != prepared_.end()) return known->second.get();
  TRY(replace_parameters(sql, [](std::string_view name) { return std::string(name); }));
  sqlite3_stmt* statement = nullptr;
  if (sqlite_api::sqlite3_prepare_v3(handle_, sql.data(), int(sql.size()),
                                     SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return failure();
  if (statement == nullptr)
    return fail(Code::kInvalid, "database.invalid_statement", {{"reason", "empty"}});
  // Statements are the program's own and few; a program that makes them up starts again.
  if (prepared_.size() >= kPreparedMax) prepared_.clear();
  prepared_.emplace(std::string(sql), Prepared(statement));
  return statement;
}

Result<> SqliteConnection::bind(sqlite3_stmt* statement, const Parameters& parameters) {
  const int count = sqlite_api::sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite_api::sqlite3_bind_parameter_name(statement, i);
    const Value* value =
        name != nullptr && name[0] == ':' ? find_parameter(parameters, name + 1) : nullptr;
    if (value == nullptr)
      return fail(Code::kInvalid, "database.missing_parameter", {{"name", name ? name : "?"}});
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(value))
      code = sqlite_api::sqlite3_bind_int64(statement, i, *integer);
    else if (const auto* real = std::get_if<double>(value))
      code = sqlite_api::sqlite3_bind_double(statement, i, *real);
    else if (const auto* text = std::get_if<std::string>(value))
      // The parameters outlive the statement's run: SQLite need not copy them.
      code = sqlite_api::sqlite3_bind_text64(statement, i, text->data(), text->size(), nullptr,
                                             SQLITE_UTF8);
    else
      code = sqlite_api::sqlite3_bind_null(statement, i);
    if (code != SQLITE_OK) return failure();
  }
  return {};
}

Result<Value> value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite_api::sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return sqlite_api::sqlite3_column_int64(statement, column);
    case SQLITE_FLOAT:
      return sqlite_api::sqlite3_column_double(statement, column);
    case SQLITE3_TEXT: {
      const unsigned char* text = sqlite_api::sqlite3_column_text(statement, column);
      return std::string(reinterpret_cast<const char*>(text),
                         std::size_t(sqlite_api::sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_NULL:
      return Null{};
  }
  return fail(Code::kInvalid, "database.invalid_statement", {{"reason", "BLOB"}});
}

Result<Outcome> SqliteConnection::step_all(sqlite3_stmt* statement) {
  Outcome outcome;
  std::shared_ptr<std::vector<std::string>> names;
  const int columns = sqlite_api::sqlite3_column_count(statement);
  const int changes_before = sqlite_api::sqlite3_total_changes(handle_);
  int code = SQLITE_OK;
  while ((code = sqlite_api::sqlite3_step(statement)) == SQLITE_ROW) {
    if (!names) {
      names = std::make_shared<std::vector<std::string>>();
      for (int i = 0; i < columns; ++i)
        names->emplace_back(sqlite_api::sqlite3_column_name(statement, i));
    }
    std::vector<Value> values;
    values.reserve(std::size_t(columns));
    for (int i = 0; i < columns; ++i) {
      TRY(Value value, value_of(statement, i));
      values.push_back(std::move(value));
    }
    outcome.rows.emplace_back(names, std::move(values));
  }
  if (code != SQLITE_DONE) return failure();
  // sqlite3_changes keeps its value through statements that change nothing.
  if (sqlite_api::sqlite3_total_changes(handle_) != changes_before)
    outcome.changed = sqlite_api::sqlite3_changes(handle_);
  return outcome;
}

Result<Outcome> SqliteConnection::run(std::string_view sql, const Parameters& parameters,
                                      Duration limit) {
  deadline_ = clock_->deadline_in(limit);
  TRY(auto* statement, prepare(sql));
  Result<Outcome> outcome;
  if (auto bound = bind(statement, parameters); !bound)
    outcome = std::unexpected(bound.error());
  else
    outcome = step_all(statement);
  sqlite_api::sqlite3_reset(statement);
  sqlite_api::sqlite3_clear_bindings(statement);
  return outcome;
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Mode mode) {
  auto connection = std::make_unique<SqliteConnection>();
  TRY(connection->open(path, mode));
  return connection;
}

}  // namespace belfry::database
