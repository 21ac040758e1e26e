#include "role_grants.h"

#include "issuer_service.h"
#include "nothing_known.h"
#include "policy/federation.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// What AWS allows a trust policy.
constexpr std::size_t kTrustMax = 4'096;
// Octets of a line that tells whom a role trusts.
constexpr std::size_t kNamesMax = 300;

// Whom it names, of users and accounts, or of issuers.
std::vector<policy::NamedPrincipal> named_in(const policy::Policy& trust, std::string_view action) {
  const NothingKnown facts;
  const policy::Requests requests{
      .action = action, .resource = "", .owner = "", .caller = {}, .facts = facts};
  return action == policy::kWebIdentityAction ? policy::named_issuers(trust, requests)
                                              : policy::named_principals(trust, requests);
}

// An issuer that the tenant has not registered for programs signs for nobody here.
Result<> check_issuers(Transaction& transaction, TenantId tenant, const policy::Policy& trust) {
  const std::vector<std::string> trusted = policy::issuers_in(trust);
  if (trusted.empty()) return {};
  TRY(auto rows, transaction.query("SELECT * FROM issuer WHERE tenant_id = :tenant_id",
                                   {{"tenant_id", tenant.value}}));
  for (const std::string& arn : trusted) {
    const bool is_registered = std::ranges::any_of(rows, [&](const Row& row) {
      const Issuer issuer = issuer_of(row);
      return issuer.arn == arn && is_for_programs(issuer.settings.purpose);
    });
    if (!is_registered) return fail(Code::kInvalid, "iam.trusts_no_issuer", {{"arn", arn}});
  }
  return {};
}

}  // namespace

Right right_of(const AssumableRole& role, const Holding& held) {
  return {.kind = RightKind::kRoleProfile,
          .tenant = role.tenant,
          .profile = held.profile,
          .holder = role.name,
          .name = held.name,
          .privileged = held.privileged,
          .assumable = role.id};
}

Right trust_of(const AssumableRole& role, const policy::Policy& trust) {
  return {.kind = RightKind::kTrust,
          .tenant = role.tenant,
          .holder = role.name,
          .name = names_in(trust),
          .privileged = role.privileged,
          .assumable = role.id};
}

Result<> set_trust(Core& core, Transaction& transaction, const Right& right,
                   const std::string& document, const Giving& giving) {
  const Timestamp now = core.clock.now();
  TRY(transaction.execute(
      "UPDATE assumable_role SET trust_document = :trust, changed_us = :now_us WHERE id = :id",
      {{"trust", document}, {"now_us", to_us(now)}, {"id", right.assumable.value}}));
  TRY(end_grants(transaction, right, {.reason = "replaced", .by = giving.by, .at = now}));
  return record_grant(core, transaction, right, giving);
}

std::string with_those_assumed(const std::string& which) {
  return "(WITH RECURSIVE below (id) AS (SELECT s.id FROM role_session s WHERE " + which +
         " UNION SELECT c.id FROM role_session c JOIN below b ON c.chained_from_id = b.id) "
         "SELECT id FROM below)";
}

Result<std::int64_t> empty_trust(Transaction& transaction, const Right& right,
                                 const Ending& ending) {
  const database::Parameters parameters = {{"id", right.assumable.value},
                                           {"now_us", to_us(ending.at)}};
  TRY(const std::int64_t emptied,
      transaction.execute("UPDATE assumable_role SET trust_document = '', "
                          "changed_us = :now_us WHERE id = :id",
                          parameters));
  TRY(
      transaction.execute("UPDATE role_session SET ended_us = :now_us WHERE ended_us IS NULL AND "
                          "id IN " +
                              with_those_assumed("s.role_id = :id"),
                          parameters));
  return emptied;
}

Result<> end_grants_of_role(Transaction& transaction, RoleId role, const Ending& ending) {
  TRY(
      transaction.execute("UPDATE iam_grant SET ended_us = :ended_us, ended_by_user_id = :by_id, "
                          "end_reason = :reason WHERE ended_us IS NULL AND "
                          "assumable_role_id = :role_id",
                          {{"ended_us", to_us(ending.at)},
                           {"by_id", ending.by.value},
                           {"reason", std::string(ending.reason)},
                           {"role_id", role.value}}));
  return {};
}

std::string names_in(const policy::Policy& trust) {
  std::vector<std::string> names;
  for (const std::string_view action :
       {std::string_view("sts:AssumeRole"), policy::kWebIdentityAction})
    for (auto& named : named_in(trust, action))
      if (std::ranges::find(names, named.name) == names.end())
        names.push_back(std::move(named.name));
  if (names.empty()) return "-";
  std::string line;
  for (const std::string& name : names) {
    if (line.size() + name.size() > kNamesMax) return line + (line.empty() ? "..." : ", ...");
    line += (line.empty() ? "" : ", ") + name;
  }
  return line;
}

bool names(const policy::Policy& trust, const Principal& by) {
  const std::string arn = arn_of(by.tenant, by.name);
  return std::ranges::any_of(
      named_in(trust, "sts:AssumeRole"),
      [&](const policy::NamedPrincipal& named) { return named.name == arn; });
}

Result<std::string> trust_of_role(Transaction& transaction, RoleId role) {
  TRY(auto rows, transaction.query("SELECT trust_document FROM assumable_role WHERE id = :id",
                                   {{"id", role.value}}));
  return rows.empty() ? std::string() : rows[0].text("trust_document");
}

Result<bool> is_named_by(Transaction& transaction, RoleId role, const Principal& by) {
  TRY(const std::string document, trust_of_role(transaction, role));
  const auto trust = policy::compile(document, policy::Kind::kTrust);
  return trust && names(**trust, by);
}

namespace {

// The user of the tenant that an ARN names; nobody: zero.
Result<UserId> user_of_arn(Transaction& transaction, TenantId tenant, const std::string& arn) {
  const std::string users = arn_of(tenant, "");
  if (!arn.starts_with(users)) return UserId{};
  TRY(auto rows,
      transaction.query("SELECT id FROM iam_user WHERE tenant_id = :tenant_id AND "
                        "name = :name AND deleted_us IS NULL",
                        {{"tenant_id", tenant.value}, {"name", arn.substr(users.size())}}));
  return rows.empty() ? UserId{} : UserId{rows[0].integer("id")};
}

}  // namespace

Result<std::vector<UserId>> persons_named(Transaction& transaction, TenantId tenant,
                                          const policy::Policy& trust) {
  std::vector<UserId> persons;
  for (const auto& named : named_in(trust, "sts:AssumeRole")) {
    TRY(const UserId person, user_of_arn(transaction, tenant, named.name));
    if (person) persons.push_back(person);
  }
  return persons;
}

Result<> check_names_persons(Transaction& transaction, TenantId tenant,
                             const policy::Policy& trust) {
  const std::string account = account_of(tenant);
  for (const auto& named : named_in(trust, "sts:AssumeRole")) {
    const bool is_own = named.name == "*" || named.name == account ||
                        named.name.starts_with("arn:aws:iam::" + account + ":") ||
                        named.name.starts_with("arn:aws:sts::" + account + ":");
    if (!is_own) continue;
    TRY(const UserId person, user_of_arn(transaction, tenant, named.name));
    if (!person) return fail(Code::kDenied, "iam.trust_too_wide", {{"principal", named.name}});
  }
  return {};
}

Result<policy::PolicyPtr> check_trust(Transaction& transaction, TenantId tenant,
                                      const std::string& document) {
  if (document.size() > kTrustMax)
    return fail(Code::kInvalid, "policy.too_long", {{"octets_max", std::to_string(kTrustMax)}});
  TRY(auto trust, policy::compile_trust_policy(document));
  TRY(check_issuers(transaction, tenant, *trust));
  return trust;
}

}  // namespace belfry::iam
