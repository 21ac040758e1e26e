// Customers and their people on either engine, and a log in memory.
#pragma once

#include "attestations/attestations.h"
#include "audit_testing/recording_ledger.h"
#include "base/ensure.h"
#include "database_testing/test_database.h"
#include "runtime_testing/manual_clock.h"
#include "runtime_testing/run_task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace belfry::attestations {

using runtime::testing::run_task;

// The two groups meet in tables alone.
inline std::vector<database::Migration> all_migrations() {
  std::vector<database::Migration> all = migrations();
  std::ranges::copy(audit::migrations(), std::back_inserter(all));
  std::ranges::copy(database::testing::read_migrations({"cloud/iam"}), std::back_inserter(all));
  return all;
}

inline constexpr TenantId kCustomer{2}, kOther{3};
inline constexpr UserId kIda{10}, kOleg{11}, kProgram{12}, kStranger{20};

// The provider (1) and two customers; of the first Ida and Oleg, and a program that Ida owns.
class AttestationTest : public testing::TestWithParam<database::Engine> {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::days(1));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (1, NULL, 'provider', "
        "'Belfry Example', 0), (2, 1, 'customer', 'Harbour', 0), (3, 1, 'customer', 'Meadow', 0)");
    add_user(kIda, kCustomer, "ida");
    add_user(kOleg, kCustomer, "oleg");
    add_user(kProgram, kCustomer, "robot");
    execute("UPDATE iam_user SET owner_id = 10 WHERE id = 12");
    add_user(kStranger, kOther, "stranger");
    ASSERT_TRUE(attestations_->publish(catalogue()));
  }

  void execute(const std::string& sql, const database::Parameters& parameters = {}) {
    auto done = database_->write([&](database::Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql, parameters));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }
  void add_user(UserId id, TenantId tenant, const std::string& name) {
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
        "password_hash, password_changed_us, created_us) VALUES (:id, :tenant, :name, :name, "
        ":name, :email, 'member', 1, '', 0, 0)",
        {{"id", id.value},
         {"tenant", tenant.value},
         {"name", name},
         {"email", name + "@harbour.example"}});
  }

  Act act(UserId user = kIda, TenantId tenant = kCustomer) {
    audit::Event event;
    event.time = clock_.now();
    event.action = "attestation:SignAttestation";
    event.actor = "ida";
    return {.tenant = tenant, .user = user, .name = "ida", .event = event};
  }
  // What is asked on the topic now, agreed to.
  NewAttestation wanted(Topic topic) {
    const auto asked = *std::ranges::find(catalogue(), topic, &Statement::topic);
    NewAttestation wanted{.topic = topic, .version = asked.version, .sha256 = sha256_of(asked)};
    if (topic == Topic::kAccessManagement) wanted.administrators = {kOleg};
    return wanted;
  }
  Result<Attestation> sign(Topic topic) {
    return run_task(attestations_->sign(act(), wanted(topic)));
  }
  Standing standing(Topic topic, TenantId tenant = kCustomer) {
    auto all = run_task(attestations_->standings(tenant));
    ENSURE(all && all->size() == kTopics.size());
    return all->at(std::size_t(topic));
  }
  std::string state(Topic topic) { return std::string(name_of(standing(topic).state)); }
  template <class T>
  static std::string message_of(const Result<T>& result) {
    return result ? "" : result.error().message();
  }

  database::testing::TestDatabase database_{GetParam(), all_migrations()};
  runtime::testing::ManualClock clock_;
  audit::testing::RecordingLedger ledger_;
  audit::testing::IdleOutbox outbox_;
  std::unique_ptr<Random> random_ = make_seeded_random(7);
  std::unique_ptr<Attestations> attestations_ = make_attestations(
      *database_, std::shared_ptr<Pool>(make_inline_pool()), ledger_, outbox_, clock_, *random_);
};

}  // namespace belfry::attestations
