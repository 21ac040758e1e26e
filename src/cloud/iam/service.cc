#include "service.h"

#include "base/ensure.h"
#include "crypto/password.h"

namespace belfry::iam {
namespace {

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
      passwords_(random),
      nobodys_hash_(crypto::hash_password(make_password(random), random)) {}

Result<> IamService::authorize(const Principal& principal, std::string_view action,
                               const Resource& resource, const Context& context) {
  policy::PolicyPtr attached;
  if (!resource.policy.empty())
    attached = attached_.find(resource.policy).value_or(deny_everything());
  // Whoever is of the owner's tenant is not asked about.
  const bool is_honoured = !resource.restricts_public && principal.tenant != resource.tenant &&
                           core_.open_tenants.is_open(resource.tenant);
  return decide(core_.tree, principal, action, resource, context, attached,
                is_honoured ? PublicPolicies::kHonoured : PublicPolicies::kRestricted);
}

std::unique_ptr<Iam> make_iam(database::Database& database, std::shared_ptr<Pool> pool,
                              crypto::KeyStore& keys, audit::Ledger& ledger, audit::Outbox& outbox,
                              Clock& clock, Random& random) {
  return std::make_unique<IamService>(database, std::move(pool), keys, ledger, outbox, clock,
                                      random);
}

}  // namespace belfry::iam
