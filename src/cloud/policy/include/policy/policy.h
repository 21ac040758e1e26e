// The AWS policy language: documents are compiled once, requests are decided against them without
// waiting. Sources: AWS IAM User Guide, "IAM JSON policy elements reference", "Policy evaluation
// logic" and "Grammar of the IAM JSON policy language".
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {

// How long a document may be: what AWS allows a bucket policy.
inline constexpr std::size_t kDocumentOctetsMax = 20'480;

// What a policy is attached to. One of a resource names principals, one of an identity must not.
// One of trust is attached to a role, names who may assume it, and no resource: that is the role.
enum class Kind { kIdentity, kResource, kTrust };

// A compiled document: immutable, safe to use from any thread.
class Policy;
using PolicyPtr = std::shared_ptr<const Policy>;

// Refuses what it does not know rather than pass over it: an unknown element, operator or
// variable, an element named twice, a value that its operator cannot compare. Errors: invalid
// ("policy.*"), of which the argument `where` tells the place ("Statement[2].Condition").
Result<PolicyPtr> compile(std::string_view document, Kind kind);

// The same of a document that is to be kept here: refuses as well what would never apply, since no
// request here has it: condition keys, variables and actions that are misspelt or of elsewhere.
// Errors, besides: invalid ("policy.unknown_key", "policy.unknown_action").
Result<PolicyPtr> compile_known(std::string_view document, Kind kind);

// What is known of a request beyond who, what and on what: the condition keys. Asked only for keys
// that a policy names, in lower case; nothing when the request has no such key.
class Facts {
 public:
  virtual ~Facts() = default;
  virtual std::optional<std::vector<std::string>> find(std::string_view key) const = 0;
};

struct Caller {
  std::string_view arn;      // "arn:aws:iam::000000000002:user/anna"; empty: nobody known
  std::string_view account;  // "000000000002"; empty with it
};

struct Request {
  std::string_view action;    // "s3:GetObject", in any case
  std::string_view resource;  // "arn:aws:s3:::bucket/key"
  std::string_view owner;     // account of the resource
  Caller caller;
  const Facts& facts;
};

// What applies to a request. No pointer is null but `boundary` and `resource`.
struct PolicySet {
  std::span<const PolicyPtr> identity;  // what the caller holds: one's own and one's groups'
  PolicyPtr boundary;                   // what the caller may hold at most; null: anything
  std::span<const PolicyPtr> session;   // what the session was narrowed to; empty: nothing
  PolicyPtr resource;                   // what is attached to the resource; null: none
};

enum class Outcome { kAllowed, kDeniedExplicitly, kDeniedImplicitly };

struct Decision {
  Outcome outcome = Outcome::kDeniedImplicitly;
  // The statement that decided, valid as long as its policy: its Sid, or "Statement[2]". Empty when
  // none did, "too much work" when no more was looked at.
  std::string_view statement;
};

// In this order:
//  1. a Deny that applies, in whatever policy, refuses;
//  2. a session that was narrowed has only what one of its policies allows;
//  3. within one account, the resource's policy allows alone when it names the caller itself or
//     everybody; by its role's name, only what the boundary allows too; when it names the account
//     it leaves the choice to the caller's own policies;
//  4. these allow when one of them does and the boundary too;
//  5. across accounts the caller's own policies, the boundary and the resource's policy must all
//     allow. Nobody known has what the resource's policy gives to everybody.
// A decision that takes more work than kStepsMax (known_facts.h) is refused.
// Neither the order of policies nor that of statements matters, and an added Deny never widens.
Decision decide(const PolicySet& policies, const Request& request);

// Whether a resource's policy allows something to anybody at all ("The meaning of public", Amazon
// S3 User Guide): an Allow for every principal that no condition narrows to fixed values.
bool is_public(const Policy& policy);

// What may be attached to the bucket `arn`: as `compile_known`, and it names nothing but the bucket
// and what is in it. Whether it may be public is asked of its block (public_access.h). Errors,
// besides: invalid ("policy.resource_outside").
Result<PolicyPtr> compile_bucket_policy(std::string_view document, std::string_view arn);

// What may be attached to a role: as `compile_known`, its actions are those of assuming one
// ("sts:AssumeRole"), and it is not public. Errors, besides: invalid ("policy.unknown_action"),
// denied ("policy.public").
Result<PolicyPtr> compile_trust_policy(std::string_view document);

// Whether some request for an action that begins with `prefix` ("iam:") could be allowed.
bool may_allow(const Policy& policy, std::string_view prefix);

// Whether a statement of a resource's policy that allows something names `account`
// ("000000000002") or somebody of it, or, where everybody counts, everybody, narrowed or not.
enum class Everybody { kCounts, kCountsNot };
bool has_allowance_for(const Policy& policy, std::string_view account, Everybody everybody);

}  // namespace belfry::policy
