// The registers over the tables of either engine, with a log in memory.
#pragma once

#include "audit_testing/recording_ledger.h"
#include "base/ensure.h"
#include "database_testing/test_database.h"
#include "registers/registers.h"
#include "runtime_testing/manual_clock.h"
#include "runtime_testing/run_task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace belfry::registers {

using runtime::testing::run_task;

// Modules of the cloud, and the register of people, meet this one in tables alone.
inline std::vector<database::Migration> all_migrations() {
  std::vector<database::Migration> all = audit::migrations();
  std::ranges::copy(migrations(), std::back_inserter(all));
  std::ranges::copy(database::testing::read_migrations({"cloud/iam", "assurance/people"}),
                    std::back_inserter(all));
  return all;
}

// The provider's users 10 to 12; 13 is a program of 10.
class RegistersTest : public testing::TestWithParam<database::Engine> {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::days(20'000));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES "
        "(1, NULL, 'provider', 'Belfry Example', 0), (2, 1, 'customer', 'Cust', 0)");
    for (const auto& [id, name] : {std::pair{10, "ines"}, std::pair{11, "oleg"},
                                   std::pair{12, "nadia"}, std::pair{13, "robot"}})
      execute(
          "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
          "password_hash, password_changed_us, created_us) VALUES (:id, 1, :name, :name, :name, "
          "'', 'reader', 1, '', 0, 0)",
          {{"id", std::int64_t{id}}, {"name", std::string(name)}});
    execute("UPDATE iam_user SET owner_id = 10 WHERE id = 13");
  }

  void execute(const std::string& sql, const database::Parameters& parameters = {}) {
    auto done = state_->write([&](database::Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql, parameters));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }
  std::int64_t count(const std::string& table) {
    std::int64_t found = -1;
    const auto look = [&](database::Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query("SELECT count(*) AS n FROM " + table));
      found = rows.at(0).integer("n");
      return {};
    };
    EXPECT_TRUE(state_->read(std::chrono::seconds(5), look));
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

  static Actor as(std::int64_t user, std::string name = "somebody") {
    return {.tenant = TenantId{1},
            .user = UserId{user},
            .name = std::move(name),
            .source_ip = "192.0.2.1",
            .action = "registers:Act",
            .how = {{"method", "session"}}};
  }
  // The transition of that act from that state.
  static Move move_of(const Declaration& of, std::string_view act, std::string_view from,
                      std::int64_t number = 0) {
    for (const Transition& each : of.transitions)
      if (each.act == act && each.from == from) return {.transition = &each, .number = number};
    ENSURE(false);
  }
  const audit::Event& last() { return ledger_.events.back().second; }
  std::string detail(std::string_view name) {
    for (const auto& [known, value] : last().details)
      if (known == name) return value;
    return "";
  }

  database::testing::TestDatabase state_{GetParam(), all_migrations()};
  runtime::testing::ManualClock clock_;
  std::unique_ptr<Random> random_ = make_seeded_random(7);
  audit::testing::RecordingLedger ledger_;
  audit::testing::IdleOutbox outbox_;
  std::unique_ptr<Registers> registers_ =
      make_registers(*state_, make_inline_pool(), ledger_, outbox_, clock_, *random_);
  const Declaration& documents_ = *find_declaration("documents");
  const Declaration& systems_ = *find_declaration("systems");
  const Actor ines_ = as(10, "ines"), oleg_ = as(11, "oleg"), robot_ = as(13, "robot");
};

}  // namespace belfry::registers
