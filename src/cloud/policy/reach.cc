#include "policy/reach.h"

#include "base/ascii.h"
#include "statement.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace belfry::policy {
namespace {

Certainty both(std::initializer_list<Certainty> all) {
  return std::min(all);
}
Certainty either(Certainty one, Certainty other) {
  return std::max(one, other);
}
Certainty opposite(Certainty certainty) {
  if (certainty == Certainty::kMaybe) return certainty;
  return certainty == Certainty::kAlways ? Certainty::kNever : Certainty::kAlways;
}
Certainty certainty_of(bool is_so) {
  return is_so ? Certainty::kAlways : Certainty::kNever;
}

// What one policy says of the requests: the best of its statements.
struct Verdict {
  Certainty deny = Certainty::kNever;
  Certainty allow = Certainty::kNever;  // whoever is named
  // Of a resource's policy: by how near it names the caller.
  Certainty directly = Certainty::kNever, by_role = Certainty::kNever;
};

class Survey {
 public:
  Survey(const Requests& requests, bool is_bounded)
      : requests_(requests),
        facts_(requests.facts),
        action_(to_lower(requests.action)),
        arn_(Arn::split(requests.resource)),
        // No principal that a policy can name: a session's name comes after it.
        any_caller_(std::string(requests.caller.arn) + '\0'),
        is_bounded_(is_bounded) {}

  bool is_exhausted() const { return facts_.is_exhausted(); }

  Verdict read(const Policy& policy, Layer layer, std::size_t index,
               std::vector<Bearing>& bearings) const {
    Verdict verdict;
    for (const Statement& statement : policy.statements()) {
      const bool is_deny = statement.effect == Effect::kDeny;
      const Callers callers =
          policy.kind() == Kind::kIdentity ? Callers{Naming::kDirectly} : name_callers(statement);
      if (callers.naming == Naming::kNot) continue;
      std::vector<std::string> conditions;
      const Certainty certainty = both({callers.certainty, read(statement, conditions)});
      if (certainty == Certainty::kNever) continue;
      bearings.push_back({layer, index, statement.name, is_deny, certainty, std::move(conditions)});
      if (is_deny) {
        verdict.deny = either(verdict.deny, certainty);
        continue;
      }
      verdict.allow = either(verdict.allow, certainty);
      if (callers.naming == Naming::kDirectly)
        verdict.directly = either(verdict.directly, certainty);
      else if (callers.some_directly)
        verdict.directly = either(verdict.directly, Certainty::kMaybe);
      if (callers.naming == Naming::kByRole) verdict.by_role = either(verdict.by_role, certainty);
    }
    return verdict;
  }

  // Whether a statement is about the requests and holds, whomever it names. Adds the conditions of
  // which that is not known.
  Certainty read(const Statement& statement, std::vector<std::string>& conditions) const {
    if (!statement.is_about_action(action_, facts_)) return Certainty::kNever;
    Certainty certainty = read_resources(statement);
    for (const Condition& condition : statement.conditions) {
      if (certainty == Certainty::kNever) return certainty;
      const Certainty holds = read(condition);
      if (holds == Certainty::kMaybe) conditions.push_back(condition.text());
      certainty = both({certainty, holds});
    }
    return certainty;
  }

 private:
  bool knows(const std::vector<std::string>& keys) const {
    return std::ranges::all_of(
        keys, [&](const std::string& key) { return requests_.facts.is_known(key); });
  }

  Certainty read(const Condition& condition) const {
    std::vector<std::string> keys = {condition.key()};
    condition.collect_variables(keys);
    return knows(keys) ? certainty_of(condition.holds(facts_)) : Certainty::kMaybe;
  }

  Certainty read(const ResourcePattern& pattern) const {
    std::vector<std::string> keys;
    pattern.collect_variables(keys);
    if (!knows(keys)) return Certainty::kMaybe;
    if (requests_.extent == Extent::kExactly)
      return certainty_of(pattern.matches(requests_.resource, arn_, facts_));
    return pattern.covers_from(requests_.resource, arn_, facts_);
  }

  Certainty read_resources(const Statement& statement) const {
    Certainty listed = Certainty::kNever;
    for (const ResourcePattern& pattern : statement.resources)
      listed = either(listed, read(pattern));
    return statement.resources_are == Listed::kThese ? listed : opposite(listed);
  }

  // How near a statement comes to the callers, and whether to all of them.
  struct Callers {
    Naming naming = Naming::kNot;
    Certainty certainty = Certainty::kAlways;
    bool some_directly = false;  // by their own names, besides
  };

  // As in `decide`.
  Callers name_callers(const Statement& statement) const {
    if (is_bounded_ && statement.effect == Effect::kDeny &&
        statement.principals_are == Listed::kAllButThese)
      return {Naming::kDirectly};
    if (requests_.callers == Extent::kExactly) return {statement.naming(requests_.caller)};
    const Naming naming = statement.naming({any_caller_, requests_.caller.account});
    const bool names_some = std::ranges::any_of(
        statement.principals.arns,
        [&](const std::string& name) { return name.starts_with(requests_.caller.arn); });
    if (!names_some) return {naming};
    if (statement.principals_are == Listed::kAllButThese) return {naming, Certainty::kMaybe};
    if (naming == Naming::kNot) return {Naming::kDirectly, Certainty::kMaybe};
    return {naming, Certainty::kAlways, naming != Naming::kDirectly};
  }

  const Requests& requests_;
  const KnownFacts facts_;
  const std::string action_;
  const std::optional<Arn> arn_;
  const std::string any_caller_;
  const bool is_bounded_;
};

// The order of evaluation of `decide`, with three answers instead of two.
Certainty combine(const Requests& requests, const Verdict& identity, Certainty bound,
                  const Verdict& resource) {
  if (requests.caller.account.empty()) return resource.allow;
  if (requests.caller.account != requests.owner)
    return both({bound, identity.allow, resource.allow});
  return either(resource.directly, both({bound, either(resource.by_role, identity.allow)}));
}

}  // namespace

Reach find_reach(const PolicySet& policies, const Requests& requests) {
  const Survey survey(requests, policies.boundary != nullptr);
  Reach reach;
  Verdict identity;
  for (std::size_t i = 0; i < policies.identity.size(); ++i) {
    const Verdict one = survey.read(*policies.identity[i], Layer::kIdentity, i, reach.bearings);
    identity.deny = either(identity.deny, one.deny);
    identity.allow = either(identity.allow, one.allow);
  }
  Verdict boundary{.allow = Certainty::kAlways};
  if (policies.boundary)
    boundary = survey.read(*policies.boundary, Layer::kBoundary, 0, reach.bearings);
  Verdict resource;
  if (policies.resource)
    resource = survey.read(*policies.resource, Layer::kResource, 0, reach.bearings);
  const Certainty denied = either(identity.deny, either(boundary.deny, resource.deny));
  reach.certainty = both({opposite(denied), combine(requests, identity, boundary.allow, resource)});
  // A statement may not have been read to its end.
  if (survey.is_exhausted()) reach.certainty = Certainty::kMaybe;
  return reach;
}

std::vector<NamedPrincipal> named_principals(const Policy& policy, const Requests& requests) {
  const Survey survey(requests, false);
  std::vector<NamedPrincipal> named;
  for (const Statement& statement : policy.statements()) {
    if (statement.effect != Effect::kAllow) continue;
    std::vector<std::string> conditions;
    const Certainty certainty = survey.read(statement, conditions);
    if (certainty == Certainty::kNever) continue;
    const auto add = [&](std::string name) {
      named.push_back({std::move(name), statement.name, certainty, conditions});
    };
    const Principals& principals = statement.principals;
    if (statement.lets_everybody()) {
      add("*");
      continue;
    }
    for (const std::string& account : principals.accounts) add(account);
    for (const std::string& arn : principals.arns) add(arn);
  }
  return named;
}

std::vector<NamedPrincipal> named_issuers(const Policy& trust, const Requests& requests) {
  const Survey survey(requests, false);
  std::vector<NamedPrincipal> named;
  std::vector<const Statement*> denies;
  for (const Statement& statement : trust.statements()) {
    std::vector<std::string> conditions;
    const Certainty certainty = survey.read(statement, conditions);
    if (statement.effect == Effect::kDeny) {
      if (certainty == Certainty::kAlways) denies.push_back(&statement);
    } else if (!statement.principals.issuer.empty() && certainty != Certainty::kNever) {
      named.push_back(
          {statement.principals.issuer, statement.name, certainty, std::move(conditions)});
    }
  }
  std::erase_if(named, [&](const NamedPrincipal& issuer) {
    return std::ranges::any_of(denies,
                               [&](const Statement* deny) { return deny->keeps_out(issuer.name); });
  });
  return named;
}

}  // namespace belfry::policy
