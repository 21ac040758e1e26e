// A register over the tables of either engine, with a log in memory.
#pragma once

#include "base/ensure.h"
#include "database_testing/test_database.h"
#include "people/people.h"
#include "runtime_testing/manual_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace belfry::people {

// Remembers what is sealed; nothing else of it is called.
class MemoryLedger : public audit::Ledger {
 public:
  Result<audit::Leaf> seal(TenantId tenant, const audit::Event& event) override {
    events.emplace_back(tenant, event);
    audit::Leaf leaf{.tenant = tenant, .octets = Buffer(16)};
    for (std::byte& octet : leaf.id) octet = std::byte(events.size());
    return leaf;
  }
  std::vector<std::pair<TenantId, audit::Event>> events;

  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf>) override {
    co_return refused();
  }
  Task<> append_from_source(std::vector<audit::Leaf>, segments::Sequence) override {
    co_return refused();
  }
  segments::Sequence source_watermark() override { return {}; }
  Task<audit::Receipt> record(TenantId, const audit::Event&) override { co_return refused(); }
  Result<> record_read(TenantId, audit::Event) override { return refused(); }
  bool healthy() override { return true; }
  Task<audit::QueryPage> query(TenantId, const audit::Query&) override { co_return refused(); }
  Task<audit::Checkpoint> checkpoint(TenantId) override { co_return refused(); }
  Task<std::vector<audit::Hash>> inclusion_proof(TenantId, std::uint64_t, std::uint64_t) override {
    co_return refused();
  }
  Task<std::vector<audit::Hash>> consistency_proof(TenantId, std::uint64_t,
                                                   std::uint64_t) override {
    co_return refused();
  }
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId, const std::string&) override { co_return refused(); }
  std::string origin(TenantId) override { return ""; }
  std::string verifier_key() override { return ""; }
  std::string root_verifier_key() override { return ""; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId) override { return {}; }
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override { co_return Result<>(); }

 private:
  static std::unexpected<Error> refused() { return fail(Code::kInternal, "test.not_offered"); }
};

class IdleOutbox : public audit::Outbox {
 public:
  Task<std::uint64_t> drain() override {
    ++drained;
    if (while_draining) while_draining();
    co_return 0;
  }
  void notify() override {}
  bool healthy() override { return is_healthy; }
  Task<> close() override { co_return Result<>(); }
  bool is_healthy = true;
  int drained = 0;
  std::function<void()> while_draining;
};

// Modules of the cloud meet this one in tables alone: their migrations are read as files.
inline std::vector<database::Migration> all_migrations() {
  static const std::vector<std::pair<std::string, std::string>> texts = [] {
    std::vector<std::pair<std::string, std::string>> out;
    const char* source = std::getenv("BELFRY_SOURCE");
    const std::filesystem::path root(source ? source : ".");
    for (const auto& entry :
         std::filesystem::directory_iterator(root / "src/cloud/iam/migrations")) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      out.emplace_back(entry.path().stem(), text.str());
    }
    return out;
  }();
  std::vector<database::Migration> all = audit::migrations();
  for (auto& migration : migrations()) all.push_back(migration);
  for (const auto& [name, sql] : texts) all.push_back({std::stoll(name), name, sql});
  return all;
}

// The provider, 1, and a customer, 2; the accounts 10 to 12 are the provider's, 20 the customer's.
class RegisterTest : public testing::TestWithParam<database::Engine> {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::days(20'000));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES "
        "(1, NULL, 'provider', 'Belfry Example', 0), (2, 1, 'customer', 'Cust', 0)");
    add_user(10, 1, "ines", "provider_administrator");
    add_user(11, 1, "oleg", "operator");
    add_user(12, 1, "nadia", "reader");
    add_user(20, 2, "anna", "tenant_administrator");
  }

  void execute(const std::string& sql, const database::Parameters& parameters = {}) {
    auto done = state_->write([&](database::Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql, parameters));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }
  void add_user(std::int64_t id, std::int64_t tenant, const std::string& name,
                const std::string& role) {
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, email, role, active, password_hash, "
        "password_changed_us, created_us) VALUES (:id, :tenant, :name, :name, '', :role, 1, '', 0, "
        "0)",
        {{"id", id}, {"tenant", tenant}, {"name", name}, {"role", role}});
  }
  std::int64_t count(const std::string& sql) {
    std::int64_t found = -1;
    EXPECT_TRUE(
        state_->read(std::chrono::seconds(5), [&](database::Transaction& transaction) -> Result<> {
          TRY(auto rows, transaction.query(sql));
          found = rows.at(0).integer("n");
          return {};
        }));
    return found;
  }

  template <class T>
  Result<T> run(Task<T> task) {
    boost::asio::io_context context;
    std::optional<Result<T>> result;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, Result<T> value) {
      ENSURE(!error);
      result.emplace(std::move(value));
    });
    context.run();
    ENSURE(result.has_value());
    return *std::move(result);
  }
  template <class T>
  T must(Task<T> task) {
    auto done = run(std::move(task));
    EXPECT_TRUE(done) << done.error().describe();
    ENSURE(done.has_value());
    if constexpr (!std::is_void_v<T>) return *std::move(done);
  }
  template <class T>
  std::string refusal(Task<T> task) {
    auto done = run(std::move(task));
    return done ? "" : done.error().message();
  }

  Timestamp now() { return clock_.now(); }
  NewPerson new_anna() {
    return {.reference = "E-7",
            .name = "Anna Weiss",
            .email = "anna@belfry.example",
            .starts = now() - std::chrono::days(10)};
  }
  // "people:BindAccount" of the newest event.
  std::string last() { return ledger_.events.empty() ? "" : ledger_.events.back().second.action; }
  std::string detail(std::string_view name) {
    for (const auto& [known, value] : ledger_.events.back().second.details)
      if (known == name) return value;
    return "";
  }

  database::testing::TestDatabase state_{GetParam(), all_migrations()};
  runtime::testing::ManualClock clock_;
  std::unique_ptr<Random> random_ = make_seeded_random(7);
  MemoryLedger ledger_;
  IdleOutbox outbox_;
  std::unique_ptr<Register> register_ =
      make_register(*state_, make_inline_pool(), ledger_, outbox_, clock_, *random_);
  const Actor admin_{.tenant = TenantId{1},
                     .user = UserId{10},
                     .name = "ines",
                     .source_ip = "192.0.2.1",
                     .may_suspend_administrators = true};
};

}  // namespace belfry::people
