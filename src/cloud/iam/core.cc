#include "core.h"

#include "factor_age.h"
#include "totp_codes.h"

namespace belfry::iam {
namespace {

constexpr Duration kTreeRefreshAfter = std::chrono::seconds(3);

Result<> read_tree(Transaction& transaction, TenantTree& tree, std::int64_t step) {
  TRY(auto rows, transaction.query("SELECT id, parent_id, name FROM tenant"));
  TenantTree::Places places;
  for (const Row& row : rows)
    places[TenantId{row.integer("id")}] = {
        TenantId{row.is_null("parent_id") ? 0 : row.integer("parent_id")}, row.text("name")};
  TRY(auto stopped, transaction.query("SELECT t.id, p.name AS above, t.ended_us FROM tenant t "
                                      "JOIN tenant p ON p.id = t.parent_id WHERE "
                                      "t.suspended_us IS NOT NULL"));
  TenantTree::AllStopped all;
  for (const Row& row : stopped)
    all[TenantId{row.integer("id")}] = {row.text("above"), !row.is_null("ended_us")};
  tree.read(step, places, std::move(all));
  return {};
}

}  // namespace

Core::Core(database::Database& given_database, std::shared_ptr<Pool> given_pool,
           crypto::KeyStore& key_store, audit::Ledger& ledger, audit::Outbox& outbox,
           Clock& given_clock, Random& given_random)
    : database(given_database),
      pool(std::move(given_pool)),
      keys(key_store),
      clock(given_clock),
      random(given_random),
      trail(ledger, outbox, given_clock) {}

Result<> Core::check(const Principal& by, std::string_view action, const Resource& resource,
                     const Error& missing) {
  auto decided = decide(tree, by, action, resource);
  if (decided) {
    if (by.request) by.request->allow_on(resource.tenant, resource.name);
    return {};
  }
  trail.refused(by.tenant, by, {std::string(action), resource.name, {}}, decided.error());
  const bool foreign = resource.tenant != by.tenant;
  if (foreign && decided.error().message() == "iam.denied") return std::unexpected(missing);
  return decided;
}

Result<> Core::check_user(const Principal& by, std::string_view action, const User& user) {
  return check(by, action, {resource_of(user.id), user.tenant},
               Error(Code::kNotFound, "iam.user_missing", {{"user", user.id.text()}}));
}

Result<> Core::check_fresh(const Principal& by, std::string_view action,
                           const std::string& resource) {
  // Programs are not asked; who has no second factor has nothing to prove it with.
  if (by.method != Method::kSession || !by.second_factor) return {};
  return check_proved(*this, by, by.second_factor_at, action, resource);
}

Result<std::string> Core::nobodys_seed() {
  std::lock_guard lock(nobodys_seed_mutex_);
  if (nobodys_seed_.empty()) {
    TRY(nobodys_seed_, seal_secret(keys, random, totp_seed_of(UserId{}), make_totp_seed(random)));
  }
  return nobodys_seed_;
}

Result<> Core::refresh_tree(Transaction& transaction) {
  const std::int64_t now_us = to_us(clock.now());
  if (now_us - tree_read_us_ < kTreeRefreshAfter.count() && tree.size() > 0) return {};
  TRY(reread_tree(transaction));
  tree_read_us_ = now_us;
  return {};
}

Result<> Core::reread_tree(Transaction& transaction) {
  TRY(auto known,
      transaction.query("SELECT count(*) AS n, COALESCE(max(life_step), 0) AS step FROM tenant"));
  const std::int64_t step = known[0].integer("step");
  if (known[0].integer("n") == std::int64_t(tree.size()) && step <= tree.step()) return {};
  return read_tree(transaction, tree, step);
}

Result<> Core::end_other_sessions(Transaction& transaction, const Principal& by, UserId user) {
  TRY(
      transaction.execute("UPDATE iam_session SET ended_us = :now_us "
                          "WHERE user_id = :user_id AND id <> :own AND ended_us IS NULL",
                          {{"now_us", to_us(clock.now())},
                           {"user_id", user.value},
                           {"own", by.method == Method::kSession ? by.credential : ""}}));
  return {};
}

}  // namespace belfry::iam
