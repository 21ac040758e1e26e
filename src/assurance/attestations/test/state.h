// Customers and their people on either engine, and a log in memory.
#pragma once

#include "attestations/attestations.h"
#include "base/ensure.h"
#include "database_testing/test_database.h"
#include "runtime_testing/manual_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace belfry::attestations {

// Keeps the events that are sealed.
class RecordingLedger : public audit::Ledger {
 public:
  std::vector<std::pair<TenantId, audit::Event>> sealed;

  Result<audit::Leaf> seal(TenantId tenant, const audit::Event& event) override {
    sealed.emplace_back(tenant, event);
    audit::Leaf leaf;
    leaf.tenant = tenant;
    leaf.id = random_->octets<16>();
    leaf.octets = to_buffer(event.action);
    return leaf;
  }

  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf>) override {
    co_return refused();
  }
  Task<> append_from_source(std::vector<audit::Leaf>, segments::Sequence) override {
    co_return refused();
  }
  segments::Sequence source_watermark() override { return 0; }
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
  const std::unique_ptr<Random> random_ = make_seeded_random(11);
  static std::unexpected<Error> refused() { return fail(Code::kInternal, "test.not_offered"); }
};

class IdleOutbox : public audit::Outbox {
 public:
  Task<std::uint64_t> drain() override { co_return 0; }
  void notify() override {}
  bool healthy() override { return is_healthy; }
  Task<> close() override { co_return Result<>(); }
  bool is_healthy = true;
};

// Those of cloud/iam are read as files: the two groups meet in tables alone.
inline std::vector<database::Migration> all_migrations() {
  static const std::vector<std::pair<std::string, std::string>> kTexts = [] {
    const char* source = std::getenv("BELFRY_SOURCE");
    const std::filesystem::path root(source ? source : ".");
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& entry :
         std::filesystem::directory_iterator(root / "src/cloud/iam/migrations")) {
      std::ifstream file(entry.path(), std::ios::binary);
      texts.emplace_back(entry.path().stem(),
                         std::string(std::istreambuf_iterator<char>(file), {}));
    }
    return texts;
  }();
  std::vector<database::Migration> all = migrations();
  std::ranges::move(audit::migrations(), std::back_inserter(all));
  for (const auto& [name, sql] : kTexts) all.push_back({std::stoll(name), name, sql});
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
        "INSERT INTO iam_user (id, tenant_id, name, name_key, email, role, active, password_hash, "
        "password_changed_us, created_us) VALUES (:id, :tenant, :name, :name, :email, 'member', "
        "1, '', 0, 0)",
        {{"id", id.value},
         {"tenant", tenant.value},
         {"name", name},
         {"email", name + "@harbour.example"}});
  }

  // Runs the task to its end on this thread.
  template <class T>
  Result<T> wait(Task<T> task) {
    boost::asio::io_context context;
    std::optional<Result<T>> result;
    boost::asio::co_spawn(context, std::move(task),
                          [&](std::exception_ptr thrown, Result<T> value) {
                            ENSURE(!thrown);
                            result.emplace(std::move(value));
                          });
    context.run();
    ENSURE(result.has_value());
    return *std::move(result);
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
  Result<Attestation> sign(Topic topic) { return wait(attestations_->sign(act(), wanted(topic))); }
  Standing standing(Topic topic, TenantId tenant = kCustomer) {
    auto all = wait(attestations_->standings(tenant));
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
  RecordingLedger ledger_;
  IdleOutbox outbox_;
  std::unique_ptr<Random> random_ = make_seeded_random(7);
  std::unique_ptr<Attestations> attestations_ = make_attestations(
      *database_, std::shared_ptr<Pool>(make_inline_pool()), ledger_, outbox_, clock_, *random_);
};

}  // namespace belfry::attestations
