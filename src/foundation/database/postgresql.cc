// PostgreSQL behind `Connection`. SOCI opens and closes the session; statements go through libpq,
// because SOCI reads NUMERIC, which sum() of BIGINT yields, as a double, and leaves the types of
// parameters to inference, which takes 32 bits (README.md).
#include "base/ensure.h"
#include "connection.h"
#include "runtime/clock.h"
#include "statement.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/session.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace belfry::database {
namespace {

// From PostgreSQL's catalogue, stable since ever (src/include/catalog/pg_type.dat).
enum TypeId : Oid {
  kBool = 16,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700
};

// One lock for all of Belfry's schema changes in a database.
constexpr const char* kLockSchema = "SELECT pg_advisory_lock(4733011)";
constexpr const char* kUnlockSchema = "SELECT pg_advisory_unlock(4733011)";

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using QueryResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresqlConnection : public Connection {
 public:
  Result<> open(const std::string& parameters);

  Result<> begin(Mode mode) override {
    mode_ = mode;
    statement_timeout_ = Duration(0);
    return simple(mode == Mode::kWrite ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
                                       : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  Result<> commit() override { return simple("COMMIT"); }
  void rollback() override {
    if (PQtransactionStatus(handle()) != PQTRANS_IDLE) static_cast<void>(simple("ROLLBACK"));
  }
  Result<Outcome> run(std::string_view sql, const Parameters& parameters, Duration limit) override;
  bool usable() override {
    return PQstatus(handle()) == CONNECTION_OK && PQtransactionStatus(handle()) == PQTRANS_IDLE;
  }
  Result<> reconnect() override;
  Result<> lock_schema() override { return simple(kLockSchema); }
  void unlock_schema() override { static_cast<void>(simple(kUnlockSchema)); }

 private:
  PGconn* handle() {
    return static_cast<soci::postgresql_session_backend*>(session_->get_backend())->conn_;
  }
  Result<> prepare_session();
  Result<> check_encoding();
  Result<> simple(const char* sql);
  Result<> limit_statements(Duration limit);
  std::unexpected<Error> failure(const PGresult* result);

  std::unique_ptr<soci::session> session_;
  Mode mode_ = Mode::kWrite;
  Duration statement_timeout_{};
};

Result<> PostgresqlConnection::open(const std::string& parameters) {
  std::string text = parameters;
  if (!text.contains("connect_timeout")) text += " connect_timeout=10";
  try {
    session_ = std::make_unique<soci::session>(soci::postgresql, text);
  } catch (const soci::soci_error& error) {
    return fail(Code::kRetry, "database.cannot_connect", {{"reason", error.get_error_message()}});
  } catch (const std::exception& error) {
    return fail(Code::kRetry, "database.cannot_connect", {{"reason", error.what()}});
  }
  TRY(prepare_session());
  return check_encoding();
}

Result<> PostgresqlConnection::prepare_session() {
  PQsetNoticeProcessor(handle(), [](void*, const char*) {}, nullptr);
  return simple(
      "SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET lock_timeout = '10s'; "
      "SET idle_in_transaction_session_timeout = '10min'; SET bytea_output = 'hex'; "
      "SET extra_float_digits = 1; SET standard_conforming_strings = on");
}

// The same text must compare and sort as in SQLite: by its octets.
Result<> PostgresqlConnection::check_encoding() {
  TRY(Outcome outcome,
      run("SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collation "
          "FROM pg_database WHERE datname = current_database()",
          {}, std::chrono::seconds(10)));
  ENSURE(outcome.rows.size() == 1);
  const std::string collation = outcome.rows[0].text("collation");
  const bool by_octets =
      collation == "C" || collation == "POSIX" || collation == "C.UTF-8" || collation == "C.utf8";
  if (outcome.rows[0].text("encoding") != "UTF8" || !by_octets)
    return fail(Code::kInvalid, "database.wrong_collation", {{"collation", collation}});
  return {};
}

Result<> PostgresqlConnection::reconnect() {
  PQreset(handle());
  if (PQstatus(handle()) != CONNECTION_OK)
    return fail(Code::kRetry, kUnavailable, {{"reason", PQerrorMessage(handle())}});
  return prepare_session();
}

std::unexpected<Error> PostgresqlConnection::failure(const PGresult* result) {
  const auto field = [result](int code) -> std::string {
    const char* text = result ? PQresultErrorField(result, code) : nullptr;
    return text ? text : "";
  };
  const std::string state = field(PG_DIAG_SQLSTATE);  // SQLSTATE, PostgreSQL Appendix A
  const std::string reason = field(PG_DIAG_MESSAGE_PRIMARY);
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") ||
      state.starts_with("53"))
    return fail(state == "53100" ? Code::kExhausted : Code::kRetry,
                state == "53100" ? "database.full" : kUnavailable,
                {{"reason", reason.empty() ? PQerrorMessage(handle()) : reason}});
  // Serialisation failure, deadlock, lock timeout.
  if (state == "40001" || state == "40P01" || state == "55P03") return fail(Code::kRetry, kBusy);
  if (state == "57014") return fail(Code::kExhausted, kTooSlow);
  if (state == "25006") return fail(Code::kDenied, "database.read_only");
  if (state == "23505" || state == "23503")
    return fail(Code::kConflict, "database.constraint",
                {{"constraint", field(PG_DIAG_CONSTRAINT_NAME)}});
  if (state.starts_with("XX"))
    return fail(Code::kCorrupt, "database.corrupt", {{"reason", reason}});
  if (state.starts_with("58")) return fail(Code::kRetry, kUnavailable, {{"reason", reason}});
  return fail(Code::kInvalid, "database.invalid_statement", {{"reason", reason}});
}

Result<> PostgresqlConnection::simple(const char* sql) {
  QueryResult result(PQexec(handle(), sql));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure(result.get());
  // COMMIT of a transaction that failed before is answered with ROLLBACK.
  if (std::strcmp(sql, "COMMIT") == 0 && std::strcmp(PQcmdStatus(result.get()), "ROLLBACK") == 0)
    return fail(Code::kInternal, "database.invalid_statement", {{"reason", "rolled back"}});
  return {};
}

Result<> PostgresqlConnection::limit_statements(Duration limit) {
  // Only set again when it would let a statement run a tenth too long.
  if (statement_timeout_ != Duration(0) && statement_timeout_ <= limit + limit / 10) return {};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  TRY(simple(("SET LOCAL statement_timeout = " + std::to_string(ms)).c_str()));
  statement_timeout_ = limit;
  return {};
}

// The parameters of one statement as libpq takes them: typed, as text.
struct Arguments {
  std::vector<std::string> texts;
  std::vector<Oid> types;
  std::vector<const char*> values;

  void add(const Value& value) {
    std::string text;
    Oid type = 0;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      text = std::to_string(*integer);
      type = kInt8;
    } else if (const auto* real = std::get_if<double>(&value)) {
      std::array<char, 40> digits;
      auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real).ptr;
      text.assign(digits.data(), end);
      type = kFloat8;
    } else if (const auto* string = std::get_if<std::string>(&value)) {
      text = *string;
      type = kText;
    }
    texts.push_back(std::move(text));
    types.push_back(type);
  }
};

Result<Value> value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return Null{};
  const std::string_view text(PQgetvalue(result, row, column),
                              std::size_t(PQgetlength(result, row, column)));
  const auto integer = [text]() -> std::optional<std::int64_t> {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
  };
  switch (PQftype(result, column)) {
    case kBool:
      return std::int64_t(text == "t");
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric:
      if (auto number = integer()) return *number;
      [[fallthrough]];
    case kFloat4:
    case kFloat8: {
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
  }
  return std::string(text);
}

Result<Outcome> outcome_of(const PGresult* result) {
  Outcome outcome;
  const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
  if (PQresultStatus(result) == PGRES_COMMAND_OK)
    std::from_chars(changed.data(), changed.data() + changed.size(), outcome.changed);
  const int columns = PQnfields(result), rows = PQntuples(result);
  auto names = std::make_shared<std::vector<std::string>>();
  for (int i = 0; i < columns; ++i) names->emplace_back(PQfname(result, i));
  outcome.rows.reserve(std::size_t(rows));
  for (int row = 0; row < rows; ++row) {
    std::vector<Value> values;
    values.reserve(std::size_t(columns));
    for (int column = 0; column < columns; ++column) {
      TRY(Value value, value_of(result, row, column));
      values.push_back(std::move(value));
    }
    outcome.rows.emplace_back(names, std::move(values));
  }
  return outcome;
}

Result<Outcome> PostgresqlConnection::run(std::string_view sql, const Parameters& parameters,
                                          Duration limit) {
  Arguments arguments;
  std::vector<std::string_view> names;
  std::string missing;
  TRY(const std::string text, replace_parameters(sql, [&](std::string_view name) {
        auto known = std::ranges::find(names, name);
        if (known == names.end()) {
          const Value* value = find_parameter(parameters, name);
          if (value == nullptr) missing = name;
          arguments.add(value ? *value : Value(Null{}));
          known = names.insert(names.end(), name);
        }
        return "$" + std::to_string(known - names.begin() + 1);
      }));
  if (!missing.empty())
    return fail(Code::kInvalid, "database.missing_parameter", {{"name", ":" + missing}});
  // A NUL would end the text early and in silence.
  for (std::size_t i = 0; i < arguments.texts.size(); ++i) {
    if (arguments.texts[i].contains('\0'))
      return fail(Code::kInvalid, "database.invalid_statement", {{"reason", "NUL"}});
    arguments.values.push_back(arguments.types[i] ? arguments.texts[i].c_str() : nullptr);
  }
  if (PQtransactionStatus(handle()) == PQTRANS_INTRANS) TRY(limit_statements(limit));
  QueryResult result(PQexecParams(handle(), text.c_str(), int(arguments.values.size()),
                                  arguments.types.data(), arguments.values.data(), nullptr, nullptr,
                                  0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failure(result.get());
  return outcome_of(result.get());
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgresql(const std::string& parameters) {
  auto connection = std::make_unique<PostgresqlConnection>();
  TRY(connection->open(parameters));
  return connection;
}

}  // namespace belfry::database
