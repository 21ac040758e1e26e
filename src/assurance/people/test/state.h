// A register over the tables of either engine, with a log in memory.
#pragma once

#include "audit_testing/recording_ledger.h"
#include "base/ensure.h"
#include "database_testing/test_database.h"
#include "people/people.h"
#include "runtime_testing/manual_clock.h"
#include "runtime_testing/run_task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace belfry::people {

using runtime::testing::run_task;

class CountingOutbox : public audit::testing::IdleOutbox {
 public:
  Task<std::uint64_t> drain() override {
    ++drained;
    if (while_draining) while_draining();
    co_return 0;
  }
  int drained = 0;
  std::function<void()> while_draining;
};

// Modules of the cloud meet this one in tables alone.
inline std::vector<database::Migration> all_migrations() {
  std::vector<database::Migration> all = audit::migrations();
  std::ranges::copy(migrations(), std::back_inserter(all));
  std::ranges::copy(database::testing::read_migrations({"cloud/iam"}), std::back_inserter(all));
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
        "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
        "password_hash, password_changed_us, created_us) VALUES (:id, :tenant, :name, :name, "
        ":name, '', :role, 1, '', 0, 0)",
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
  T must(Task<T> task) {
    auto done = run_task(std::move(task));
    EXPECT_TRUE(done) << done.error().describe();
    ENSURE(done.has_value());
    if constexpr (!std::is_void_v<T>) return *std::move(done);
  }
  template <class T>
  std::string refusal(Task<T> task) {
    auto done = run_task(std::move(task));
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
  audit::testing::RecordingLedger ledger_;
  CountingOutbox outbox_;
  std::unique_ptr<Register> register_ =
      make_register(*state_, make_inline_pool(), ledger_, outbox_, clock_, *random_);
  const Actor admin_{.tenant = TenantId{1},
                     .user = UserId{10},
                     .name = "ines",
                     .source_ip = "192.0.2.1",
                     .may_suspend_administrators = true};
};

}  // namespace belfry::people
