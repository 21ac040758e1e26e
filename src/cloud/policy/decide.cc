#include "base/ascii.h"
#include "policy/federation.h"
#include "policy/policy.h"
#include "statement.h"

#include <algorithm>

namespace belfry::policy {
namespace {

constexpr std::string_view kTooMuchWork = "too much work";  // in place of a statement

// What one policy says of a request.
struct Verdict {
  const Statement* deny = nullptr;
  const Statement* allow = nullptr;
  Naming naming = Naming::kNot;  // of the nearest that allows; of a resource's policy alone
};

class Evaluation {
 public:
  Evaluation(const Request& request, bool is_bounded)
      : request_(request),
        facts_(request.facts),
        action_(to_lower(request.action)),
        arn_(Arn::split(request.resource)),
        is_bounded_(is_bounded) {}

  bool is_exhausted() const { return facts_.is_exhausted(); }

  Verdict read(const Policy& policy) const {
    Verdict verdict;
    policy.each_candidate(action_,
                          [&](const Statement& statement) { read(policy, statement, verdict); });
    return verdict;
  }

  Verdict read(std::span<const PolicyPtr> policies) const {
    Verdict verdict;
    for (const PolicyPtr& policy : policies) {
      const Verdict one = read(*policy);
      if (one.deny) verdict.deny = one.deny;
      if (one.allow) verdict.allow = one.allow;
    }
    return verdict;
  }

 private:
  void read(const Policy& policy, const Statement& statement, Verdict& verdict) const {
    const bool is_deny = statement.effect == Effect::kDeny;
    if (is_deny && verdict.deny) return;
    const Naming naming =
        policy.kind() != Kind::kIdentity ? name_caller(statement) : Naming::kDirectly;
    if (naming == Naming::kNot) return;
    if (!is_deny && verdict.allow && naming <= verdict.naming) return;
    if (!statement.is_about_action(action_, facts_) ||
        !statement.is_about_resource(request_.resource, arn_, facts_) || !statement.holds(facts_))
      return;
    if (is_deny) {
      verdict.deny = &statement;
    } else {
      verdict.allow = &statement;
      verdict.naming = naming;
    }
  }

  // A Deny for all but some strikes every caller with a boundary, whoever is named ("AWS JSON
  // policy elements: NotPrincipal").
  Naming name_caller(const Statement& statement) const {
    if (is_bounded_ && statement.effect == Effect::kDeny &&
        statement.principals_are == Listed::kAllButThese)
      return Naming::kDirectly;
    return statement.naming(request_.caller);
  }

  const Request& request_;
  const KnownFacts facts_;
  const std::string action_;
  const std::optional<Arn> arn_;
  const bool is_bounded_;
};

// Whether a pattern of resources matches nothing but the bucket `arn` and what is in it, as far as
// buckets are told apart by their names' first characters.
bool is_within(std::string_view pattern, std::string_view arn) {
  if (!pattern.starts_with(arn)) return false;
  pattern.remove_prefix(arn.size());
  return pattern.empty() || std::string_view("/*?").contains(pattern.front());
}

Decision allowed_by(const Statement& statement) {
  return {Outcome::kAllowed, statement.name};
}

}  // namespace

Decision decide(const PolicySet& policies, const Request& request) {
  const Evaluation evaluation(request, policies.boundary != nullptr);
  const Verdict identity = evaluation.read(policies.identity);
  const Verdict session = evaluation.read(policies.session);
  const Verdict boundary = policies.boundary ? evaluation.read(*policies.boundary) : Verdict{};
  const Verdict resource = policies.resource ? evaluation.read(*policies.resource) : Verdict{};
  // A Deny may not have been reached.
  if (evaluation.is_exhausted()) return {Outcome::kDeniedExplicitly, kTooMuchWork};
  for (const Verdict* verdict : {&identity, &session, &boundary, &resource})
    if (verdict->deny) return {Outcome::kDeniedExplicitly, verdict->deny->name};

  if (request.caller.account.empty())
    return resource.allow ? allowed_by(*resource.allow) : Decision{};
  const bool is_bounded = policies.boundary && !boundary.allow;
  if (!policies.session.empty() && !session.allow) return {};
  if (request.caller.account != request.owner) {
    if (is_bounded || !identity.allow || !resource.allow) return {};
    return allowed_by(*identity.allow);
  }
  if (resource.allow && resource.naming == Naming::kDirectly) return allowed_by(*resource.allow);
  if (is_bounded) return {};
  if (resource.allow && resource.naming == Naming::kByRole) return allowed_by(*resource.allow);
  return identity.allow ? allowed_by(*identity.allow) : Decision{};
}

bool is_public(const Policy& policy) {
  return policy.is_public();
}

Result<PolicyPtr> compile_bucket_policy(std::string_view document, std::string_view arn) {
  TRY(PolicyPtr policy, compile_known(document, Kind::kResource));
  for (const Statement& statement : policy->statements())
    for (const ResourcePattern& resource : statement.resources)
      if (!is_within(resource.text(), arn))
        return fail(Code::kInvalid, "policy.resource_outside",
                    {{"where", statement.name},
                     {"resource", resource.text()},
                     {"bucket", std::string(arn)}});
  return policy;
}

Result<PolicyPtr> compile_trust_policy(std::string_view document) {
  TRY(PolicyPtr policy, compile_known(document, Kind::kTrust));
  TRY(check_federation(*policy));
  if (is_public(*policy)) return fail(Code::kDenied, "policy.public");
  return policy;
}

bool may_allow(const Policy& policy, std::string_view prefix) {
  const std::string wanted = to_lower(prefix);
  return std::ranges::any_of(policy.statements(), [&](const Statement& statement) {
    if (statement.effect != Effect::kAllow) return false;
    if (statement.actions_are == Listed::kAllButThese)
      return std::ranges::none_of(statement.actions,
                                  [&](const Pattern& action) { return action.covers(wanted); });
    return std::ranges::any_of(statement.actions, [&](const Pattern& action) {
      const std::string_view known = action.prefix();
      return known.starts_with(wanted) || (!action.is_literal() && wanted.starts_with(known));
    });
  });
}

bool has_allowance_for(const Policy& policy, std::string_view account, Everybody everybody) {
  const std::string within = "::" + std::string(account) + ":";  // "arn:aws:iam::000000000002:root"
  const auto is_of_account = [&](const std::string& arn) { return arn.contains(within); };
  return std::ranges::any_of(policy.statements(), [&](const Statement& statement) {
    if (statement.effect != Effect::kAllow) return false;
    const Principals& named = statement.principals;
    return (everybody == Everybody::kCounts && statement.lets_everybody()) ||
           std::ranges::find(named.accounts, account) != named.accounts.end() ||
           std::ranges::any_of(named.arns, is_of_account);
  });
}

}  // namespace belfry::policy
