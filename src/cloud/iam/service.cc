#include "service.h"

#include "base/ensure.h"
#include "crypto/password.h"

namespace belfry::iam {
namespace {

constexpr unsigned kHashingThreads = 2;
constexpr std::size_t kHashingQueueMax = 64;
constexpr Duration kTreeRefreshAfter = std::chrono::seconds(3);

// Stands for a policy that an older program took and this one cannot read.
policy::PolicyPtr deny_everything() {
  static const auto kDenyEverything = policy::compile(
      R"({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}})",
      policy::Kind::kResource);
  ENSURE(kDenyEverything.has_value());
  return *kDenyEverything;
}

}  // namespace

IamService::IamService(database::Database& database, std::shared_ptr<Pool> pool,
                       crypto::KeyStore& keys, audit::Ledger& ledger, audit::Outbox& outbox,
                       Clock& clock, Random& random)
    : database_(database),
      pool_(std::move(pool)),
      keys_(keys),
      clock_(clock),
      random_(random),
      trail_(ledger, outbox, clock),
      hashing_(make_pool("password", kHashingThreads, kHashingQueueMax)),
      dummy_hash_(crypto::hash_password(make_password(random), random)) {}

Result<> IamService::authorize(const Principal& principal, std::string_view action,
                               const Resource& resource, const Context& context) {
  policy::PolicyPtr attached;
  if (!resource.policy.empty())
    attached = attached_.find(resource.policy).value_or(deny_everything());
  return decide(tree_, principal, action, resource, context, attached);
}

Result<> IamService::check(const Principal& by, std::string_view action, const Resource& resource,
                           const Error& missing) {
  auto decided = decide(tree_, by, action, resource);
  if (decided) return {};
  trail_.refused(by.tenant, by, {std::string(action), resource.name, {}}, decided.error());
  const bool foreign = resource.tenant != by.tenant;
  if (foreign && decided.error().message() == "iam.denied") return std::unexpected(missing);
  return decided;
}

Result<> IamService::check_user(const Principal& by, std::string_view action, const User& user) {
  return check(by, action, {resource_of(user.id), user.tenant},
               Error(Code::kNotFound, "iam.user_missing", {{"user", user.id.text()}}));
}

Result<> IamService::refresh_tree(Transaction& transaction) {
  const std::int64_t now_us = to_us(clock_.now());
  if (now_us - tree_read_us_ < kTreeRefreshAfter.count() && tree_.size() > 0) return {};
  TRY(auto count, transaction.query("SELECT count(*) AS n FROM tenant"));
  if (count[0].integer("n") != std::int64_t(tree_.size())) {
    TRY(auto rows, transaction.query("SELECT id, parent_id FROM tenant"));
    TenantTree::Parents parents;
    for (const Row& row : rows)
      parents[TenantId{row.integer("id")}] =
          TenantId{row.is_null("parent_id") ? 0 : row.integer("parent_id")};
    tree_.add(parents);
  }
  tree_read_us_ = now_us;
  return {};
}

Task<bool> IamService::is_password(const std::string& password, const std::string& hash) {
  auto compared = co_await runtime::blocking(
      *hashing_, [&]() -> Result<bool> { return crypto::verify_password(password, hash); });
  if (!compared) co_return fail(Code::kRetry, "iam.busy");
  co_return *compared;
}

Task<std::string> IamService::hash(const std::string& password) {
  auto hashed = co_await runtime::blocking(
      *hashing_, [&]() -> Result<std::string> { return crypto::hash_password(password, random_); });
  if (!hashed) co_return fail(Code::kRetry, "iam.busy");
  co_return std::move(*hashed);
}

std::unique_ptr<Iam> make_iam(database::Database& database, std::shared_ptr<Pool> pool,
                              crypto::KeyStore& keys, audit::Ledger& ledger, audit::Outbox& outbox,
                              Clock& clock, Random& random) {
  return std::make_unique<IamService>(database, std::move(pool), keys, ledger, outbox, clock,
                                      random);
}

}  // namespace belfry::iam
