#include "world.h"

#include "audit/outbox.h"
#include "base/ascii.h"
#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr Timestamp kStart = Timestamp(std::chrono::seconds(1'767'225'600));  // 2026-01-01

}  // namespace

Result<crypto::Key> MemoryKeyStore::current(TenantId tenant, crypto::KeyPurpose purpose) {
  {
    std::lock_guard lock(mutex_);
    for (auto key = keys_.rbegin(); key != keys_.rend(); ++key)
      if (key->tenant == tenant && key->purpose == purpose) return *key;
  }
  return rotate(tenant, purpose);
}

Result<crypto::Key> MemoryKeyStore::find(crypto::KeyId id) {
  ++looked_up;
  std::lock_guard lock(mutex_);
  for (const crypto::Key& key : keys_)
    if (key.id == id) return key;
  return fail(Code::kNotFound, "key.missing");
}

std::vector<crypto::Key> MemoryKeyStore::list(TenantId, crypto::KeyPurpose) {
  std::lock_guard lock(mutex_);
  return keys_;
}

Result<crypto::Key> MemoryKeyStore::rotate(TenantId tenant, crypto::KeyPurpose purpose) {
  std::lock_guard lock(mutex_);
  const auto version = std::uint32_t(keys_.size() + 1);
  keys_.push_back(
      {crypto::KeyId{version}, tenant, purpose, version, kStart, Buffer(32, std::byte(version))});
  return keys_.back();
}

Result<audit::Leaf> RecordingLedger::seal(TenantId tenant, const audit::Event& event) {
  std::lock_guard lock(mutex_);
  recorded_.push_back({tenant, event});
  audit::Leaf leaf;
  leaf.tenant = tenant;
  leaf.id = random_->octets<16>();
  leaf.octets = to_buffer(event.action);
  return leaf;
}

Task<std::vector<audit::Receipt>> RecordingLedger::append(std::vector<audit::Leaf> leaves) {
  co_return std::vector<audit::Receipt>(leaves.size());
}

Task<> RecordingLedger::append_from_source(std::vector<audit::Leaf>, segments::Sequence) {
  co_return Result<>();
}

Task<audit::Receipt> RecordingLedger::record(TenantId tenant, const audit::Event& event) {
  CO_TRY(seal(tenant, event));
  co_return audit::Receipt{};
}

Result<> RecordingLedger::record_read(TenantId tenant, audit::Event event) {
  TRY(seal(tenant, event));
  return {};
}

Task<audit::QueryPage> RecordingLedger::query(TenantId, const audit::Query&) {
  co_return audit::QueryPage{};
}

Task<audit::Checkpoint> RecordingLedger::checkpoint(TenantId) {
  co_return audit::Checkpoint{};
}

Task<std::vector<audit::Hash>> RecordingLedger::inclusion_proof(TenantId, std::uint64_t,
                                                                std::uint64_t) {
  co_return std::vector<audit::Hash>{};
}

Task<std::vector<audit::Hash>> RecordingLedger::consistency_proof(TenantId, std::uint64_t,
                                                                  std::uint64_t) {
  co_return std::vector<audit::Hash>{};
}

Task<Buffer> RecordingLedger::tile(TenantId, const std::string&) {
  co_return Buffer{};
}

Task<> RecordingLedger::close() {
  co_return Result<>();
}

audit::Event RecordingLedger::last_event(TenantId tenant) {
  std::lock_guard lock(mutex_);
  for (auto at = recorded_.rbegin(); at != recorded_.rend(); ++at)
    if (at->tenant == tenant) return at->event;
  return {};
}

std::string RecordingLedger::last(TenantId tenant) {
  std::lock_guard lock(mutex_);
  for (auto at = recorded_.rbegin(); at != recorded_.rend(); ++at)
    if (at->tenant == tenant) {
      const audit::Event& event = at->event;
      const bool success = event.outcome == audit::Outcome::kSuccess;
      return event.action + (success ? "" : " failure " + event.reason);
    }
  return "";
}

std::size_t RecordingLedger::count(std::string_view action) {
  std::lock_guard lock(mutex_);
  return std::size_t(std::ranges::count_if(
      recorded_, [&](const Recorded& recorded) { return recorded.event.action == action; }));
}

namespace {

// The register of people is met in its tables alone.
std::vector<database::Migration> all_migrations() {
  auto all = migrations();
  for (auto& migration : audit::migrations()) all.push_back(std::move(migration));
  for (auto& migration : database::testing::read_migrations({"assurance/people"}))
    all.push_back(std::move(migration));
  return all;
}

}  // namespace

World::World(database::Engine engine) : state(engine, all_migrations()) {
  iam = make_iam(*state, std::shared_ptr<Pool>(make_inline_pool()), keys, ledger, outbox, clock,
                 *random);
  auto made = wait(iam->found("Belfry Example", "Demonstration",
                              [](const Iam::Founded&) -> Result<> { return {}; }));
  EXPECT_TRUE(made && *made) << (made ? "founded before" : made.error().describe());
  if (made && *made) founded = **made;
}

void World::execute(const std::string& sql) {
  auto executed = state->write([&](Transaction& transaction) -> Result<> {
    TRY(transaction.execute(sql));
    return {};
  });
  ASSERT_TRUE(executed) << executed.error().describe();
}

void World::bind_to_one_person(TenantId tenant, const std::vector<UserId>& accounts) {
  execute(
      "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
      "departure_reason, created_us, changed_us) VALUES (1, " +
      tenant.text() + ", 'E-1', 'employee', 'Claire', 'claire', '', 0, '', 0, 0)");
  for (UserId account : accounts)
    execute("INSERT INTO person_account (user_id, person_id, tenant_id, bound_us, kept) VALUES (" +
            account.text() + ", 1, " + tenant.text() + ", 0, '')");
}

std::string World::code_of(const std::string& seed) {
  const auto octets = from_base32(seed);
  EXPECT_TRUE(octets.has_value());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(clock.now());
  return crypto::totp_at(*octets, seconds.time_since_epoch().count() / 30);
}

std::string World::typed(const std::string& user) {
  std::string name = user;
  auto read = state->read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    TRY(auto rows, transaction.query("SELECT tenant_id FROM iam_user WHERE name_key = :key",
                                     {{"key", to_lower(user)}}));
    if (rows.size() == 1) name = std::to_string(rows[0].integer("tenant_id")) + "/" + user;
    return {};
  });
  EXPECT_TRUE(read);
  return name;
}

Result<Iam::OpenedSession> World::sign_in(const std::string& user, const std::string& password,
                                          const std::string& totp, const std::string& source_ip) {
  const SignIn attempt{typed(user), password, totp, source_ip, "test"};
  return wait(iam->sign_in(attempt));
}

Principal World::enter(const std::string& user, const std::string& password,
                       const std::string& seed) {
  auto opened = sign_in(user, password, seed.empty() ? "" : code_of(seed));
  EXPECT_TRUE(opened) << user << ": " << opened.error().describe();
  if (!opened) return {};
  if (!seed.empty()) clock.advance(std::chrono::seconds(30));
  auto principal = wait(iam->authenticate_session(opened->secret, kHere));
  EXPECT_TRUE(principal) << principal.error().describe();
  return principal.value_or(Principal{});
}

World::Other World::make_other(const std::string& name) {
  Other other;
  const Principal by = admin();
  auto tenant = wait(iam->create_tenant(by, TenantKind::kCustomer, name, kProviderTenant));
  EXPECT_TRUE(tenant) << tenant.error().describe();
  other.tenant = tenant.value_or(Tenant{});
  other.password = kGoodPassword;
  const std::string user_name = name + "-admin";
  auto user = wait(iam->create_user(by, other.tenant.id, user_name, "", Role::kTenantAdministrator,
                                    other.password));
  EXPECT_TRUE(user) << user.error().describe();
  const Principal fresh = enter(user_name, other.password);
  auto seed = wait(iam->begin_totp(fresh));
  EXPECT_TRUE(seed) << seed.error().describe();
  other.seed = seed.value_or("");
  auto confirmed = wait(iam->confirm_totp(fresh, code_of(other.seed)));
  EXPECT_TRUE(confirmed) << confirmed.error().describe();
  clock.advance(std::chrono::seconds(30));
  other.administrator = enter(user_name, other.password, other.seed);
  return other;
}

std::int64_t World::count(const std::string& sql) {
  std::int64_t found = -1;
  auto done = state->read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    TRY(auto rows, transaction.query(sql));
    found = rows.at(0).integer("n");
    return {};
  });
  EXPECT_TRUE(done) << done.error().describe();
  return found;
}

}  // namespace belfry::iam
