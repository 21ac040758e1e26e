#include "policy/public_access.h"

#include "policy/policy.h"
#include "statement.h"

#include <algorithm>

namespace belfry::policy {

PublicAccessBlock stricter(const PublicAccessBlock& one, const PublicAccessBlock& other) {
  PublicAccessBlock both;
  for (const PublicAccessSetting& setting : kPublicAccessSettings)
    both.*setting.flag = one.*setting.flag || other.*setting.flag;
  return both;
}

bool names_everybody(const Policy& policy) {
  return std::ranges::any_of(policy.statements(), &Statement::lets_everybody);
}

Result<> check_block(const Policy& policy, const PublicAccessBlock& block) {
  if (block.block_public_policy && is_public(policy)) return fail(Code::kDenied, "policy.public");
  return {};
}

}  // namespace belfry::policy
