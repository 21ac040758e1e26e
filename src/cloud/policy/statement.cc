#include "statement.h"

#include <algorithm>
#include <utility>

namespace belfry::policy {
namespace {

// Whether `arn` is a session of what `name` names: a role's, or a user's that was federated.
bool is_session_of(std::string_view arn, std::string_view name) {
  constexpr std::string_view kSessions = "arn:aws:sts::", kIdentities = "arn:aws:iam::";
  if (!arn.starts_with(kSessions) || !name.starts_with(kIdentities)) return false;
  arn.remove_prefix(kSessions.size());
  name.remove_prefix(kIdentities.size());
  // From here "000000000002:assumed-role/ROLE/SESSION" and "000000000002:role/path/ROLE".
  const auto colon = arn.find(':');
  if (colon == std::string_view::npos || arn.substr(0, colon) != name.substr(0, colon))
    return false;
  arn.remove_prefix(colon + 1);
  name.remove_prefix(std::min(colon + 1, name.size()));
  if (arn.starts_with("federated-user/") && name.starts_with("user/"))
    return arn.substr(arn.find('/')) == name.substr(name.find('/'));
  if (!arn.starts_with("assumed-role/") || !name.starts_with("role/")) return false;
  arn.remove_prefix(arn.find('/') + 1);
  return arn.substr(0, arn.find('/')) == name.substr(name.rfind('/') + 1);
}

}  // namespace

Naming Principals::naming(const Caller& caller) const {
  if (everybody) return Naming::kDirectly;
  if (caller.account.empty()) return Naming::kNot;
  if (std::ranges::find(arns, caller.arn) != arns.end()) return Naming::kDirectly;
  if (std::ranges::any_of(arns,
                          [&](const std::string& name) { return is_session_of(caller.arn, name); }))
    return Naming::kByRole;
  if (std::ranges::find(accounts, caller.account) != accounts.end()) return Naming::kByAccount;
  return Naming::kNot;
}

Naming Statement::naming(const Caller& caller) const {
  const Naming naming = principals.naming(caller);
  if (principals_are == Listed::kThese) return naming;
  return naming == Naming::kNot ? Naming::kDirectly : Naming::kNot;
}

bool Statement::keeps_out(std::string_view issuer) const {
  return principals.issuer == issuer || principals.everybody ||
         principals_are == Listed::kAllButThese;
}

bool Statement::is_about_action(std::string_view action, const KnownFacts& facts) const {
  const bool is_listed = std::ranges::any_of(
      actions, [&](const Pattern& pattern) { return pattern.matches(action, facts); });
  return is_listed == (actions_are == Listed::kThese);
}

bool Statement::is_about_resource(std::string_view resource, const std::optional<Arn>& arn,
                                  const KnownFacts& facts) const {
  const bool is_listed = std::ranges::any_of(resources, [&](const ResourcePattern& pattern) {
    return pattern.matches(resource, arn, facts);
  });
  return is_listed == (resources_are == Listed::kThese);
}

bool Statement::holds(const KnownFacts& facts) const {
  return std::ranges::all_of(conditions,
                             [&](const Condition& condition) { return condition.holds(facts); });
}

Policy::Policy(Kind kind, std::vector<Statement> statements)
    : kind_(kind),
      statements_(std::move(statements)),
      is_public_(std::ranges::any_of(statements_, [](const Statement& statement) {
        return statement.lets_everybody() &&
               std::ranges::none_of(statement.conditions, &Condition::narrows_principals);
      })) {
  for (std::uint32_t index = 0; index < statements_.size(); ++index) {
    const Statement& statement = statements_[index];
    const bool is_exact = statement.actions_are == Listed::kThese &&
                          std::ranges::all_of(statement.actions, &Pattern::is_literal);
    if (!is_exact) {
      by_pattern_.push_back(index);
      continue;
    }
    for (const Pattern& action : statement.actions)
      by_action_.emplace(std::string(action.prefix()), index);
  }
}

}  // namespace belfry::policy
