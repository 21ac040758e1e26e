#include "audit/outbox.h"

#include "base/codec.h"
#include "base/text_encoding.h"
#include "leaf.h"
#include "runtime/signal.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <atomic>

namespace belfry::audit {

namespace {

constexpr std::int64_t kBatchRows = 500;
constexpr std::int64_t kBacklogMax = 10'000;
constexpr Duration kEvery = std::chrono::seconds(1);
constexpr Duration kReadLimit = std::chrono::seconds(10);

// Positive, and the same each time the transaction is repeated.
std::int64_t row_id(const LeafId& id) {
  return std::int64_t(Decoder(id).get<std::uint64_t>() >> 1 | 1);
}

struct Rows {
  std::vector<Leaf> leaves;
  std::vector<std::int64_t> ids;
  std::int64_t backlog = 0;
  bool damaged = false;
};

Result<Leaf> leaf_of(const database::Row& row) {
  Leaf leaf;
  leaf.tenant.value = row.integer("tenant_id");
  auto octets = from_base64(row.text("octets"));
  if (!octets) return fail(Code::kCorrupt, "audit.leaf_malformed");
  leaf.octets = std::move(*octets);
  TRY(leaf.id, leaf_id(leaf.octets));
  return leaf;
}

Result<Rows> oldest(database::Database& database) {
  Rows rows;
  const auto read = [&rows](database::Transaction& transaction) -> Result<> {
    rows = {};
    TRY(auto counted, transaction.query("SELECT COUNT(*) AS n FROM audit_outbox"));
    rows.backlog = counted.front().integer("n");
    TRY(auto found, transaction.query("SELECT id, tenant_id, octets FROM audit_outbox "
                                      "ORDER BY created_us, id LIMIT :rows",
                                      {{"rows", kBatchRows}}));
    for (const database::Row& row : found) {
      auto leaf = leaf_of(row);
      if (!leaf) {
        rows.damaged = true;
        break;
      }
      rows.leaves.push_back(std::move(*leaf));
      rows.ids.push_back(row.integer("id"));
    }
    return {};
  };
  TRY(database.read(kReadLimit, read));
  return rows;
}

Result<> forget(database::Database& database, const std::vector<std::int64_t>& ids) {
  return database.write([&ids](database::Transaction& transaction) -> Result<> {
    for (std::int64_t id : ids)
      TRY(transaction.execute("DELETE FROM audit_outbox WHERE id = :id", {{"id", id}}));
    return {};
  });
}

struct Drain {
  database::Database& database;
  Ledger& ledger;
  Clock& clock;
  std::shared_ptr<Pool> pool;
  std::atomic<std::int64_t> backlog = 0;
  std::atomic<bool> stopping = false;
  Signal queued;
  Promise<bool> ticker_done, worker_done;

  static Task<std::uint64_t> run_once(std::shared_ptr<Drain> self);
  // Two loops: one sends when told, the other tells it every second.
  static boost::asio::awaitable<void> run_worker(std::shared_ptr<Drain> self);
  static boost::asio::awaitable<void> run_ticker(std::shared_ptr<Drain> self);
};

Task<std::uint64_t> Drain::run_once(std::shared_ptr<Drain> self) {
  std::uint64_t sent = 0;
  for (;;) {
    auto read = [self] { return oldest(self->database); };
    CO_TRY(Rows rows, co_await runtime::blocking(*self->pool, read));
    self->backlog = rows.backlog;
    if (!rows.leaves.empty()) {
      // Twice the same leaf is once in the log, so a crash before forgetting costs nothing.
      CO_TRY(co_await self->ledger.append(std::move(rows.leaves)));
      auto forgotten = [self, &rows] { return forget(self->database, rows.ids); };
      CO_TRY(co_await runtime::blocking(*self->pool, forgotten));
      sent += rows.ids.size();
      self->backlog -= std::int64_t(rows.ids.size());
    }
    if (rows.damaged) co_return fail(Code::kCorrupt, "audit.outbox_row");
    if (rows.ids.size() < std::size_t(kBatchRows)) co_return sent;
  }
}

boost::asio::awaitable<void> Drain::run_worker(std::shared_ptr<Drain> self) {
  while (!self->stopping) {
    // An error is tried again with the next second.
    std::ignore = co_await run_once(self);
    if (!self->stopping) co_await self->queued.wait();
  }
  self->worker_done.set(true);
}

boost::asio::awaitable<void> Drain::run_ticker(std::shared_ptr<Drain> self) {
  while (!self->stopping) {
    co_await self->clock.sleep(kEvery);
    self->queued.notify();
  }
  self->queued.notify();
  self->ticker_done.set(true);
}

class SqlOutbox : public Outbox {
 public:
  explicit SqlOutbox(std::shared_ptr<Drain> drain) : drain_(std::move(drain)) {}
  ~SqlOutbox() override { stop(); }

  Task<std::uint64_t> drain() override { return Drain::run_once(drain_); }
  void notify() override { drain_->queued.notify(); }
  bool healthy() override { return drain_->backlog <= kBacklogMax && drain_->ledger.healthy(); }
  Task<> close() override {
    stop();
    auto sent = co_await Drain::run_once(drain_);
    co_await drain_->worker_done.wait();
    co_await drain_->ticker_done.wait();
    co_return sent ? Result<>() : std::unexpected(sent.error());
  }

 private:
  void stop() {
    drain_->stopping = true;
    drain_->queued.notify();
  }

  std::shared_ptr<Drain> drain_;
};

}  // namespace

Result<> queue_leaf(database::Transaction& transaction, const Leaf& leaf, Timestamp now) {
  TRY(
      transaction.execute("INSERT INTO audit_outbox (id, tenant_id, leaf_id, octets, created_us) "
                          "VALUES (:id, :tenant, :leaf, :octets, :now)",
                          {{"id", row_id(leaf.id)},
                           {"tenant", leaf.tenant.value},
                           {"leaf", to_hex(leaf.id)},
                           {"octets", to_base64(leaf.octets)},
                           {"now", to_us(now)}}));
  return {};
}

std::unique_ptr<Outbox> make_outbox(Executor executor, database::Database& database, Ledger& ledger,
                                    Clock& clock, std::shared_ptr<Pool> pool) {
  auto drain = std::make_shared<Drain>(database, ledger, clock, std::move(pool));
  boost::asio::co_spawn(executor, Drain::run_worker(drain), boost::asio::detached);
  boost::asio::co_spawn(executor, Drain::run_ticker(drain), boost::asio::detached);
  return std::make_unique<SqlOutbox>(std::move(drain));
}

}  // namespace belfry::audit
