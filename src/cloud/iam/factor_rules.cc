#include "factor_rule_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

std::string resource_of(TenantId tenant) {
  return "belfry:tenant/" + tenant.text();
}

Result<FactorRule> read_rule(Transaction& transaction, TenantId tenant) {
  TRY(auto rows,
      transaction.query(
          "SELECT t.everybody_needs_factor, "
          "(SELECT count(*) FROM iam_user u WHERE u.tenant_id = t.id AND u.active = 1 AND "
          "u.owner_id IS NULL) AS people, "
          "(SELECT count(*) FROM iam_user u WHERE u.tenant_id = t.id AND u.active = 1 AND "
          "u.owner_id IS NULL AND NOT EXISTS (SELECT 1 FROM mfa_factor f WHERE f.user_id = u.id "
          "AND f.confirmed_us IS NOT NULL)) AS without_factor FROM tenant t WHERE t.id = :id",
          {{"id", tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.tenant_missing", {{"tenant", tenant.text()}});
  return FactorRule{.needed_by = rows[0].flag("everybody_needs_factor") ? FactorNeed::kEverybody
                                                                        : FactorNeed::kPrivileged,
                    .people = std::size_t(rows[0].integer("people")),
                    .without_factor = std::size_t(rows[0].integer("without_factor"))};
}

// The rule must not shut out who makes it: the person, or the one who answers for the program.
Result<> check_has_factor(Transaction& transaction, const Principal& by) {
  if (by.method == Method::kSystem) return {};
  TRY(User user, find_user(transaction, by.user));
  if (user.owner) {
    TRY(user, find_user(transaction, *user.owner));
  }
  return user.has_second_factor() ? Result<>() : fail(Code::kConflict, "iam.no_second_factor");
}

}  // namespace

std::string_view name_of(FactorNeed need) {
  return need == FactorNeed::kEverybody ? "everybody" : "privileged";
}

std::optional<FactorNeed> factor_need_named(std::string_view name) {
  for (FactorNeed need : {FactorNeed::kPrivileged, FactorNeed::kEverybody})
    if (name_of(need) == name) return need;
  return std::nullopt;
}

Task<FactorRule> FactorRuleService::find_factor_rule(const Principal& by) {
  CO_TRY(decide(core_.tree, by, "iam:GetFactorRule", {resource_of(by.tenant), by.tenant}));
  co_return co_await core_.read<FactorRule>(
      [&](Transaction& transaction) { return read_rule(transaction, by.tenant); });
}

Task<FactorRule> FactorRuleService::set_factor_rule(const Principal& by, FactorNeed needed_by) {
  constexpr std::string_view kAction = "iam:SetFactorRule";
  const std::string resource = resource_of(by.tenant);
  CO_TRY(core_.check(by, kAction, {resource, by.tenant},
                     Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", by.tenant.text()}})));
  CO_TRY(core_.check_fresh(by, kAction, resource));
  auto set = co_await core_.write<FactorRule>([&](Transaction& transaction) -> Result<FactorRule> {
    TRY(FactorRule rule, read_rule(transaction, by.tenant));
    if (rule.needed_by == needed_by) return rule;
    if (needed_by == FactorNeed::kEverybody) TRY(check_has_factor(transaction, by));
    TRY(transaction.execute("UPDATE tenant SET everybody_needs_factor = :everybody WHERE id = :id",
                            {{"everybody", std::int64_t(needed_by == FactorNeed::kEverybody)},
                             {"id", by.tenant.value}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {std::string(kAction),
                             resource,
                             {{"needed_by", std::string(name_of(needed_by))},
                              {"needed_by_before", std::string(name_of(rule.needed_by))}}}));
    rule.needed_by = needed_by;
    return rule;
  });
  core_.signing.forget_tenant(by.tenant);
  // Those that its persons opened may be of roles of any tenant.
  core_.signing.forget_sessions();
  co_return set;
}

}  // namespace belfry::iam
