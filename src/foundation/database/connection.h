// What an engine must do for `Database`: one session with a server or a file, used by one thread at
// a time.
#pragma once

#include "base/result.h"
#include "database/database.h"

#include <memory>
#include <string>
#include <vector>

namespace belfry::database {

// Another transaction was in the way: the whole closure is to be repeated.
inline constexpr std::string_view kBusy = "database.busy";
// The session is lost, or the device failed; what became of a commit is unknown.
inline constexpr std::string_view kUnavailable = "database.unavailable";
inline constexpr std::string_view kTooSlow = "database.too_slow";

enum class Mode { kWrite, kRead };

struct Outcome {
  std::vector<Row> rows;
  std::int64_t changed = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual Result<> begin(Mode mode) = 0;
  virtual Result<> commit() = 0;
  // Ends an open transaction; afterwards the connection is idle, or `usable` says no.
  virtual void rollback() = 0;
  // Runs one statement, at most until `limit` has passed (kTooSlow).
  virtual Result<Outcome> run(std::string_view sql, const Parameters& parameters,
                              Duration limit) = 0;
  // False: the session is lost; `reconnect` may bring it back.
  virtual bool usable() = 0;
  virtual Result<> reconnect() = 0;
  // Held by whoever applies migrations, against other processes.
  virtual Result<> lock_schema() = 0;
  virtual void unlock_schema() = 0;
};

// The value of `name` in `parameters`, or nothing.
const Value* find_parameter(const Parameters& parameters, std::string_view name);

// Errors: invalid ("database.cannot_open", argument reason).
Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Mode mode);
Result<std::unique_ptr<Connection>> connect_postgresql(const std::string& parameters);

}  // namespace belfry::database
