// The relational state: SQLite or PostgreSQL behind one portable SQL (docs/architecture.md, State).
//
// Portable means: columns BIGINT, SMALLINT, TEXT, DOUBLE PRECISION; times BIGINT microseconds UTC;
// octets as hexadecimal or base64 TEXT; `:name` parameters; no dialect functions.
//
// Calls block: await them through runtime::blocking(). A Database is safe to use from any thread.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace belfry::database {

struct Null {
  bool operator==(const Null&) const = default;
};
using Value = std::variant<Null, std::int64_t, double, std::string>;

struct Parameter {
  std::string name;  // without the colon
  Value value;
};
using Parameters = std::vector<Parameter>;

// One row of a result. Asking for a column that is not there, or as another type, is our own bug.
class Row {
 public:
  Row(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values);

  const std::vector<std::string>& names() const { return *names_; }
  const std::vector<Value>& values() const { return values_; }
  const Value& at(std::string_view column) const;
  std::int64_t integer(std::string_view column) const;
  double real(std::string_view column) const;  // integers too
  const std::string& text(std::string_view column) const;
  bool is_null(std::string_view column) const;
  bool flag(std::string_view column) const { return integer(column) != 0; }

 private:
  std::shared_ptr<const std::vector<std::string>> names_;
  std::vector<Value> values_;
};

// Statements inside one transaction. Errors: conflict (a unique or foreign key refused it: argument
// "constraint"), retry (busy; the closure is repeated), invalid (the SQL is wrong), corrupt.
// After an error the transaction is lost: later statements return the same error, and so does
// `write` or `read`, whatever the closure returns.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Returns how many rows changed.
  virtual Result<std::int64_t> execute(std::string_view sql, const Parameters& parameters = {}) = 0;
  virtual Result<std::vector<Row>> query(std::string_view sql,
                                         const Parameters& parameters = {}) = 0;
};

enum class Engine { kSqlite, kPostgresql };

class Database {
 public:
  virtual ~Database() = default;

  // Runs `work` in one serialisable transaction and commits it, or rolls back when it fails. `work`
  // may run several times (SQLITE_BUSY, PostgreSQL 40001): it must have no effect outside, and set
  // what it gives back anew each time. A `write` inside a closure of `write` waits for itself until
  // it fails.
  virtual Result<> write(const std::function<Result<>(Transaction&)>& work) = 0;
  // Runs `work` on one read-only snapshot. Statements that take longer than `limit` in all end with
  // exhausted ("database.too_slow"); writing ends with denied.
  virtual Result<> read(Duration limit, const std::function<Result<>(Transaction&)>& work) = 0;
  virtual Engine engine() const = 0;
};

// One numbered migration, in the portable subset; statements separated by `;` at the end of a line.
// `migrations/NNNN_name.sql` becomes one by cmake/belfry_migrations.cmake.
struct Migration {
  std::int64_t number;  // unique in the program: 1000 a module
  std::string name;
  std::string_view sql;
};

struct Options {
  // "sqlite:/path/to/state.db" or "postgresql:host=... port=... dbname=... user=..."
  std::string url;
  unsigned connections = 4;
};

// Opens and applies the migrations that are missing, in order. Errors: conflict
// ("database.newer_schema") when the database has a migration that `migrations` lacks,
// ("database.migration_changed") when one has another text now; invalid for an address or a
// database that cannot be used; retry when the server does not answer.
Result<std::unique_ptr<Database>> open_database(const Options& options,
                                                std::vector<Migration> migrations, Timestamp now);

}  // namespace belfry::database
