// What an Iam needs around it, in memory, and a way to await it.
#pragma once

#include "audit/outbox.h"
#include "crypto/password.h"
#include "database_testing/test_database.h"
#include "iam/iam.h"
#include "runtime_testing/manual_clock.h"
#include "service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace belfry::iam {

// One key of each purpose.
class MemoryKeyStore : public crypto::KeyStore {
 public:
  Result<crypto::Key> current(TenantId tenant, crypto::KeyPurpose purpose) override;
  Result<crypto::Key> find(crypto::KeyId id) override;
  std::vector<crypto::Key> list(TenantId tenant, crypto::KeyPurpose purpose) override;
  Result<crypto::Key> rotate(TenantId tenant, crypto::KeyPurpose purpose) override;
  std::vector<Month> months_before(std::uint32_t) override { return {}; }
  Result<> destroy_months_before(std::uint32_t, const std::set<TenantId>&) override { return {}; }
  Result<> destroy_hold(crypto::KeyId) override { return {}; }
  Result<> forget_unused(crypto::KeyId) override { return {}; }
  Result<> prepare_next_month() override { return {}; }
  std::vector<DiskState> disks() override { return {}; }

  std::atomic<int> looked_up = 0;  // once for each secret that is opened

 private:
  std::mutex mutex_;
  std::vector<crypto::Key> keys_;
};

// Leaves what is queued in its table.
class IdleOutbox : public audit::Outbox {
 public:
  Task<std::uint64_t> drain() override { co_return 0; }
  void notify() override { ++notified; }
  bool healthy() override { return is_healthy; }
  Task<> close() override { co_return Result<>(); }

  bool is_healthy = true;
  int notified = 0;
};

// Remembers events instead of sealing them.
class RecordingLedger : public audit::Ledger {
 public:
  struct Recorded {
    TenantId tenant;
    audit::Event event;
  };

  Result<audit::Leaf> seal(TenantId tenant, const audit::Event& event) override;
  Task<std::vector<audit::Receipt>> append(std::vector<audit::Leaf> leaves) override;
  Task<> append_from_source(std::vector<audit::Leaf> leaves, segments::Sequence) override;
  segments::Sequence source_watermark() override { return {}; }
  Task<audit::Receipt> record(TenantId tenant, const audit::Event& event) override;
  Result<> record_read(TenantId tenant, audit::Event event) override;
  bool healthy() override { return is_healthy; }
  Task<audit::QueryPage> query(TenantId, const audit::Query&) override;
  Task<audit::Checkpoint> checkpoint(TenantId) override;
  Task<std::vector<audit::Hash>> inclusion_proof(TenantId, std::uint64_t, std::uint64_t) override;
  Task<std::vector<audit::Hash>> consistency_proof(TenantId, std::uint64_t, std::uint64_t) override;
  std::vector<std::pair<TenantId, std::uint64_t>> sizes() override { return {}; }
  Task<Buffer> tile(TenantId, const std::string&) override;
  std::string origin(TenantId) override { return {}; }
  std::string verifier_key() override { return {}; }
  std::string root_verifier_key() override { return {}; }
  std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId) override { return {}; }
  Task<> delete_destroyed() override { co_return Result<>(); }
  Task<> close() override;

  audit::Event last_event(TenantId tenant);
  // "iam:SignIn failure iam.throttled" of the newest event of the tenant.
  std::string last(TenantId tenant);
  std::size_t count(std::string_view action);

  bool is_healthy = true;

 private:
  std::mutex mutex_;
  const std::unique_ptr<Random> random_ = make_system_random();
  std::vector<Recorded> recorded_;
};

struct World {
  explicit World(database::Engine engine);

  // Awaits a task to its end.
  template <class T>
  Result<T> wait(Task<T> task);

  // Changes the state behind everything's back.
  void execute(const std::string& sql);
  // What the register of people writes.
  void bind_to_one_person(TenantId tenant, const std::vector<UserId>& accounts);

  // What `user` types to sign in: the only one of that name, or else what is given.
  std::string typed(const std::string& user);
  // The code that the seed (base32) gives now.
  std::string code_of(const std::string& seed);
  // `user` as `typed` takes it, and so below.
  Result<Iam::OpenedSession> sign_in(const std::string& user, const std::string& password,
                                     const std::string& totp = "",
                                     const std::string& source_ip = "192.0.2.1");
  // Signs in and returns the principal of the session. Moves the clock past the code's step.
  Principal enter(const std::string& user, const std::string& password,
                  const std::string& seed = "");
  Principal admin() {
    return enter(founded.admin_user, founded.admin_password, founded.admin_totp_secret);
  }
  Principal customer() {
    return enter(founded.customer_user, founded.customer_password, founded.customer_totp_secret);
  }
  // A second tenant with an administrator that has a second factor, signed in.
  struct Other {
    Tenant tenant;
    Principal administrator;
    std::string password, seed;
  };
  Other make_other(const std::string& name);
  std::int64_t count(const std::string& sql);

  database::testing::TestDatabase state;
  runtime::testing::ManualClock clock;
  std::unique_ptr<Random> random = make_system_random();
  MemoryKeyStore keys;
  RecordingLedger ledger;
  IdleOutbox outbox;
  std::unique_ptr<Iam> iam;
  Iam::Founded founded;
};

template <class T>
Result<T> World::wait(Task<T> task) {
  boost::asio::io_context context;
  std::optional<Result<T>> result;
  auto run = [&result](Task<T> inner) -> boost::asio::awaitable<void> {
    result.emplace(co_await std::move(inner));
  };
  boost::asio::co_spawn(context, run(std::move(task)), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
  return std::move(*result);
}

// Where `World::sign_in` signs in from.
inline const Origin kHere{"192.0.2.1", "test"};
inline constexpr const char* kGoodPassword = "seven otters carry lanterns";

// The message id of an error, or "".
template <class T>
std::string message_of(const Result<T>& result) {
  return result ? "" : result.error().message();
}

}  // namespace belfry::iam
