#include "policy/federation.h"

#include "base/ascii.h"
#include "statement.h"

#include <algorithm>

namespace belfry::policy {
namespace {

std::string key_of(std::string_view issuer, std::string_view claim) {
  constexpr std::string_view kBefore = ":oidc-provider/";
  const auto at = issuer.find(kBefore);
  if (at != std::string_view::npos) issuer.remove_prefix(at + kBefore.size());
  return to_lower(std::string(issuer) + std::string(claim));
}

bool is_about_tokens(const Pattern& action) {
  return action.is_literal() && action.prefix() == to_lower(kWebIdentityAction);
}

bool is_about_tokens_alone(const Statement& statement) {
  return statement.actions_are == Listed::kThese &&
         std::ranges::all_of(statement.actions, is_about_tokens);
}

bool names_tokens(const Statement& statement) {
  return statement.actions_are == Listed::kThese &&
         std::ranges::any_of(statement.actions, is_about_tokens);
}

bool fixes(const Statement& statement, const std::string& key) {
  return std::ranges::any_of(statement.conditions,
                             [&](const Condition& condition) { return condition.fixes(key); });
}

}  // namespace

std::string subject_key(std::string_view issuer) {
  return key_of(issuer, ":sub");
}

std::string audience_key(std::string_view issuer) {
  return key_of(issuer, ":aud");
}

Result<> check_federation(const Policy& trust) {
  for (const Statement& statement : trust.statements()) {
    const std::string& issuer = statement.principals.issuer;
    const auto bad = [&](std::string_view message, std::string_view key) {
      return fail(Code::kInvalid, message, {{"where", statement.name}, {"key", std::string(key)}});
    };
    const bool lets_in = statement.effect == Effect::kAllow;
    if (issuer.empty() ? lets_in && names_tokens(statement) : !is_about_tokens_alone(statement))
      return bad("policy.trust_action", "");
    if (issuer.empty() || !lets_in) continue;
    if (!fixes(statement, subject_key(issuer)))
      return bad("policy.subject_not_fixed", subject_key(issuer));
    if (!fixes(statement, audience_key(issuer)))
      return bad("policy.audience_not_fixed", audience_key(issuer));
  }
  return {};
}

std::vector<std::string> issuers_in(const Policy& trust) {
  std::vector<std::string> issuers;
  for (const Statement& statement : trust.statements())
    if (!statement.principals.issuer.empty() && statement.effect == Effect::kAllow)
      issuers.push_back(statement.principals.issuer);
  return issuers;
}

bool trusts_token(const Policy& trust, std::string_view issuer, const Facts& facts) {
  const std::string action = to_lower(kWebIdentityAction);
  const KnownFacts known(facts);
  bool is_trusted = false, is_kept_out = false;
  for (const Statement& statement : trust.statements()) {
    const bool lets_in = statement.effect == Effect::kAllow;
    const bool is_meant =
        lets_in ? statement.principals.issuer == issuer : statement.keeps_out(issuer);
    if (!is_meant || !statement.is_about_action(action, known) || !statement.holds(known)) continue;
    (lets_in ? is_trusted : is_kept_out) = true;
  }
  // A Deny may not have been reached.
  return is_trusted && !is_kept_out && !known.is_exhausted();
}

}  // namespace belfry::policy
