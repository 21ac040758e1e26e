#include "service.h"

#include "base/ensure.h"
#include "crypto/password.h"

namespace belfry::iam {
namespace {

constexpr unsigned kHashingThreads = 2;
constexpr std::size_t kHashingQueueMax = 64;

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
    : core_(database, std::move(pool), keys, ledger, outbox, clock, random),
      hashing_(make_pool("password", kHashingThreads, kHashingQueueMax)),
      dummy_hash_(crypto::hash_password(make_password(random), random)) {}

Result<> IamService::authorize(const Principal& principal, std::string_view action,
                               const Resource& resource, const Context& context) {
  policy::PolicyPtr attached;
  if (!resource.policy.empty())
    attached = attached_.find(resource.policy).value_or(deny_everything());
  return decide(core_.tree, principal, action, resource, context, attached);
}

Task<bool> IamService::is_password(const std::string& password, const std::string& hash) {
  auto compared = co_await runtime::blocking(
      *hashing_, [&]() -> Result<bool> { return crypto::verify_password(password, hash); });
  if (!compared) co_return fail(Code::kRetry, "iam.busy");
  co_return *compared;
}

Task<std::string> IamService::hash(const std::string& password) {
  auto hashed = co_await runtime::blocking(*hashing_, [&]() -> Result<std::string> {
    return crypto::hash_password(password, core_.random);
  });
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
