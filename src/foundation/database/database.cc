#include "database/database.h"

#include "base/ensure.h"
#include "connection.h"
#include "migrate.h"
#include "runtime/clock.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace belfry::database {
namespace {

// A writer that waits longer than this for its turn gives up: something hangs.
constexpr Duration kTurnWaitMax = std::chrono::seconds(30);
constexpr Duration kWriteStatementMax = std::chrono::seconds(60);
constexpr unsigned kAttemptsMax = 40;

// Connections that are lent to one thread at a time.
class Lending {
 public:
  void add(std::unique_ptr<Connection> connection) {
    idle_.push_back(connection.get());
    all_.push_back(std::move(connection));
  }

  Result<Connection*> borrow() {
    std::unique_lock lock(mutex_);
    if (!returned_.wait_for(lock, kTurnWaitMax, [this] { return !idle_.empty(); }))
      return fail(Code::kRetry, kBusy);
    Connection* connection = idle_.back();
    idle_.pop_back();
    lock.unlock();
    if (!connection->usable())
      if (auto again = connection->reconnect(); !again) {
        give_back(connection);
        return std::unexpected(again.error());
      }
    return connection;
  }

  void give_back(Connection* connection) {
    {
      std::lock_guard lock(mutex_);
      idle_.push_back(connection);
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> idle_;
};

// Remembers the first error: after it every statement gives the same one, on both engines.
class OpenTransaction : public Transaction {
 public:
  OpenTransaction(Connection& connection, Clock& clock, Duration limit)
      : connection_(connection), clock_(clock), left_(limit) {}

  Result<std::int64_t> execute(std::string_view sql, const Parameters& parameters) override {
    TRY(Outcome outcome, run(sql, parameters));
    return outcome.changed;
  }

  Result<std::vector<Row>> query(std::string_view sql, const Parameters& parameters) override {
    TRY(Outcome outcome, run(sql, parameters));
    return std::move(outcome.rows);
  }

  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<Outcome> run(std::string_view sql, const Parameters& parameters) {
    if (failure_) return std::unexpected(*failure_);
    const Monotonic begin = clock_.monotonic();
    auto outcome = left_ > Duration(0) ? connection_.run(sql, parameters, left_)
                                       : fail(Code::kExhausted, kTooSlow);
    left_ -= std::chrono::ceil<Duration>(clock_.monotonic() - begin);
    if (!outcome) failure_ = outcome.error();
    return outcome;
  }

  Connection& connection_;
  Clock& clock_;
  Duration left_;
  std::optional<Error> failure_;
};

class PooledDatabase : public Database {
 public:
  PooledDatabase(Engine engine, std::unique_ptr<Lending> writers, std::unique_ptr<Lending> readers)
      : engine_(engine), writers_(std::move(writers)), readers_(std::move(readers)) {}

  Result<> write(const std::function<Result<>(Transaction&)>& work) override {
    return repeat(*writers_, Mode::kWrite, kWriteStatementMax, work);
  }

  Result<> read(Duration limit, const std::function<Result<>(Transaction&)>& work) override {
    return repeat(readers_ ? *readers_ : *writers_, Mode::kRead, limit, work);
  }

  Engine engine() const override { return engine_; }

 private:
  Result<> repeat(Lending& lending, Mode mode, Duration limit,
                  const std::function<Result<>(Transaction&)>& work) {
    for (unsigned attempt = 1;; ++attempt) {
      TRY(Connection * connection, lending.borrow());
      Result<> done = once(*connection, mode, limit, work);
      lending.give_back(connection);
      if (done || done.error().message() != kBusy || attempt == kAttemptsMax) return done;
      // Later attempts wait longer, up to a tenth of a second: some seconds in all.
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(attempt * attempt, 100u)));
    }
  }

  Result<> once(Connection& connection, Mode mode, Duration limit,
                const std::function<Result<>(Transaction&)>& work) {
    if (auto begun = connection.begin(mode); !begun) {
      connection.rollback();
      return begun;
    }
    OpenTransaction transaction(connection, *clock_, limit);
    Result<> done = work(transaction);
    // A failed statement fails the transaction, whatever the closure made of it.
    if (transaction.failure()) done = std::unexpected(*transaction.failure());
    if (done) done = connection.commit();
    if (!done) connection.rollback();
    return done;
  }

  const Engine engine_;
  const std::unique_ptr<Clock> clock_ = make_system_clock();
  const std::unique_ptr<Lending> writers_;
  const std::unique_ptr<Lending> readers_;  // nothing: the writers read too
};

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, unsigned connections,
                                              std::vector<Migration> migrations, Timestamp now) {
  auto writers = std::make_unique<Lending>();
  auto readers = std::make_unique<Lending>();
  // SQLite has one writer at a time: a queue of our own is fair, its busy handler is not.
  TRY(auto writer, connect_sqlite(path, Mode::kWrite));
  TRY(migrate(*writer, std::move(migrations), now));
  writers->add(std::move(writer));
  for (unsigned i = 1; i < std::max(connections, 2u); ++i) {
    TRY(auto reader, connect_sqlite(path, Mode::kRead));
    readers->add(std::move(reader));
  }
  return std::make_unique<PooledDatabase>(Engine::kSqlite, std::move(writers), std::move(readers));
}

Result<std::unique_ptr<Database>> open_postgresql(const std::string& parameters,
                                                  unsigned connections,
                                                  std::vector<Migration> migrations,
                                                  Timestamp now) {
  auto lending = std::make_unique<Lending>();
  TRY(auto first, connect_postgresql(parameters));
  TRY(migrate(*first, std::move(migrations), now));
  lending->add(std::move(first));
  for (unsigned i = 1; i < connections; ++i) {
    TRY(auto connection, connect_postgresql(parameters));
    lending->add(std::move(connection));
  }
  return std::make_unique<PooledDatabase>(Engine::kPostgresql, std::move(lending), nullptr);
}

}  // namespace

const Value* find_parameter(const Parameters& parameters, std::string_view name) {
  auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

Result<std::unique_ptr<Database>> open_database(const Options& options,
                                                std::vector<Migration> migrations, Timestamp now) {
  constexpr std::string_view kSqlite = "sqlite:", kPostgresql = "postgresql:";
  const std::string& url = options.url;
  if (url.starts_with(kSqlite))
    return open_sqlite(url.substr(kSqlite.size()), options.connections, std::move(migrations), now);
  if (url.starts_with(kPostgresql))
    return open_postgresql(url.substr(kPostgresql.size()), options.connections,
                           std::move(migrations), now);
  return fail(Code::kInvalid, "database.unknown_url");
}

}  // namespace belfry::database
