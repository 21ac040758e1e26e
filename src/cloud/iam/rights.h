// The one decision over who may do what.
#pragma once

#include "iam/iam.h"
#include "tenant_tree.h"

#include <chrono>
#include <string_view>

namespace belfry::iam {

// Whether a tenant's public policies count.
enum class PublicPolicies { kRestricted, kHonoured };

// Deny by default: something is allowed only when a policy says so (policy::decide), and
//  1. nobody does an `s3:` or `sts:` action in another tenant than its own, unless a policy of the
//     bucket or role allows it as well; the provider's staff never do but by 8, and nobody else
//     assumes its roles;
//  2. other actions reach another tenant's things only by a predefined profile;
//  3. the policy of a bucket is read and changed by its owner's users alone, by rights of their
//     own, with a second factor to change it; it keeps no administrator of the owner from that;
//  4. who is privileged, by its role or by a profile, or is a person of a tenant that asks all of
//     them, may do only what is its user's own without a second factor; a provider administrator
//     who has a passkey, without that;
//  5. others' identities and rights are changed by the predefined administrators alone, whom no
//     profile and no boundary binds, and by delegates on what they look after
//     (Resource::delegated), whom both bind; a boundary leaves everybody the own account;
//  6. a session that is used from elsewhere than it was opened proves its second factor there
//     before it does anything that needs one;
//  7. a session of a role has what its role's profiles give, and what it was narrowed to;
//  8. staff whom an intervention names that is open at the time of the request does in that
//     customer's buckets what it names, with a second factor, as far as neither the bucket's policy
//     nor its own rights deny it; bucket policies never.
//  9. who is anonymous reads what the bucket's policy opens to everybody, where public policies are
//     honoured, and does nothing else;
// 10. where they are not, a public policy gives nobody of another tenant anything, whomever it
//     names, and nothing opens a bucket to who is anonymous.
// 11. nobody of a tenant that is suspended, or stands below one that is, does anything, whatever
//     role it comes in, nor do others, or who is anonymous, in its buckets and roles; 8 and what is
//     administered from above go on. Of a tenant that has ended there is nothing but its row and
//     its log.
// `attached`: the policy of the resource; null: none.
// Errors: denied ("iam.denied", "iam.second_factor_needed", "iam.factor_demanded",
// "iam.step_up_needed", "iam.passkey_step_up_needed", "iam.tenant_suspended", "iam.tenant_ended").
Result<> decide(const TenantTree& tree, const Principal& principal, std::string_view action,
                const Resource& resource, const Context& context = {},
                const policy::PolicyPtr& attached = nullptr,
                PublicPolicies public_policies = PublicPolicies::kRestricted);

// What may be done before a second factor that is needed was enrolled.
bool is_enrolment(std::string_view action);
// Acts on others' identities and rights are the predefined administrators' alone: whoever had a
// part of them by a profile could make itself the rest.
bool is_administering(std::string_view action);
// Acts on who else may use a bucket: by its owner's users alone.
bool is_about_bucket_policy(std::string_view action);
// Those of them that let others in: with a second factor, whoever does them.
bool is_giving_access(std::string_view action);
// What an anonymous request may do at all: read.
bool is_open_to_anonymous(std::string_view action);

// How long a second factor that was proved is good for what a stolen session would be good for.
inline constexpr auto kFreshFor = std::chrono::minutes(15);

// "belfry:user/12", the resource of what is a user's own.
std::string resource_of(UserId user);

}  // namespace belfry::iam
