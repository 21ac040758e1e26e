// What keeps a bucket from the public, whatever its policy says ("Blocking public access to your
// Amazon S3 storage", Amazon S3 User Guide).
#pragma once

#include "base/result.h"

#include <array>
#include <string_view>

namespace belfry::policy {

class Policy;

// The four settings of S3, of a bucket or of a tenant. Made anew, everything is blocked.
struct PublicAccessBlock {
  // Of access control lists, which do nothing here: kept and given back.
  bool block_public_acls = true;
  bool ignore_public_acls = true;
  bool block_public_policy = true;      // no public policy is attached any more
  bool restrict_public_buckets = true;  // a public policy opens nothing beyond the owner's tenant

  bool operator==(const PublicAccessBlock&) const = default;
};
// What S3 has for a bucket whose configuration was taken away.
inline constexpr PublicAccessBlock kNothingBlocked{false, false, false, false};

// The settings by their names: in events and in REST; in S3's XML.
struct PublicAccessSetting {
  std::string_view name;     // "block_public_acls"
  std::string_view element;  // "BlockPublicAcls"
  bool PublicAccessBlock::* flag;
};
inline constexpr std::array<PublicAccessSetting, 4> kPublicAccessSettings = {{
    {"block_public_acls", "BlockPublicAcls", &PublicAccessBlock::block_public_acls},
    {"ignore_public_acls", "IgnorePublicAcls", &PublicAccessBlock::ignore_public_acls},
    {"block_public_policy", "BlockPublicPolicy", &PublicAccessBlock::block_public_policy},
    {"restrict_public_buckets", "RestrictPublicBuckets",
     &PublicAccessBlock::restrict_public_buckets},
}};

// What holds of a bucket under both.
PublicAccessBlock stricter(const PublicAccessBlock& one, const PublicAccessBlock& other);

// Whether an Allow of `policy` names everybody, however conditions narrow it: what of all policies
// may let in who did not sign.
bool names_everybody(const Policy& policy);

// Whether `policy` may be attached to a bucket under `block`. Errors: denied ("policy.public").
Result<> check_block(const Policy& policy, const PublicAccessBlock& block);

}  // namespace belfry::policy
