// Asking for what roles to be assumed are to hold, and whom they are to trust.
#include "access_service.h"
#include "role_grants.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

struct Read {
  AssumableRole role;  // without its profiles
  std::int64_t changed_us = 0;
};

// Privileged: by what it holds now, and any profile whose time is over but that is there still.
Result<Read> role_of_tenant(Transaction& transaction, TenantId tenant, RoleId id) {
  TRY(auto rows,
      transaction.query("SELECT r.*, (SELECT count(*) FROM role_profile h JOIN iam_profile p ON "
                        "p.id = h.profile_id WHERE h.role_id = r.id AND p.privileged = 1) AS "
                        "privileged_profiles FROM assumable_role r WHERE r.id = :id AND "
                        "r.tenant_id = :tenant_id",
                        {{"id", id.value}, {"tenant_id", tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.role_missing", {{"role", id.text()}});
  return Read{{.id = id,
               .tenant = tenant,
               .name = rows[0].text("name"),
               .trust = rows[0].text("trust_document"),
               .privileged = rows[0].integer("privileged_profiles") > 0,
               .profiles = {}},
              rows[0].integer("changed_us")};
}

Error held_already(const Right& right) {
  return Error(Code::kConflict, "iam.already_held",
               {{"holder", right.holder}, {"name", right.name}});
}

// Where two persons give such a right, none of them alone makes others have it.
Result<> check_as_two(Transaction& transaction, const Right& right, const policy::Policy& trust) {
  TRY(const FourEyes rule, four_eyes_of(transaction, right.tenant));
  if (rule == FourEyes::kNone || (rule == FourEyes::kPrivileged && !right.privileged)) return {};
  return check_names_persons(transaction, right.tenant, trust);
}

}  // namespace

Result<AccessService::Asked> AccessService::read_asked_role_profile(Transaction& transaction,
                                                                    TenantId tenant,
                                                                    const Wanted& wanted) {
  TRY(const Read read, role_of_tenant(transaction, tenant, *wanted.assumable));
  TRY(auto profiles,
      transaction.query("SELECT p.name, p.privileged, p.changed_us, (SELECT count(*) FROM "
                        "role_profile h WHERE h.role_id = :role_id AND h.profile_id = p.id AND "
                        "h.expires_us IS NULL) AS held FROM iam_profile p WHERE p.id = :id AND "
                        "p.tenant_id = :tenant_id",
                        {{"role_id", read.role.id.value},
                         {"id", wanted.profile->value},
                         {"tenant_id", tenant.value}}));
  if (profiles.empty())
    return fail(Code::kNotFound, "iam.profile_missing", {{"profile", wanted.profile->text()}});
  const Row& profile = profiles[0];
  const Holding held{.profile = *wanted.profile,
                     .name = profile.text("name"),
                     .privileged = profile.flag("privileged")};
  Asked asked{.right = right_of(read.role, held),
              .profile_changed_us = profile.integer("changed_us"),
              .role_changed_us = read.changed_us};
  if (profile.integer("held") > 0) return std::unexpected(held_already(asked.right));
  // One that cannot be read any more trusts nobody.
  const auto trust = policy::compile(read.role.trust, policy::Kind::kTrust);
  if (trust) TRY(check_as_two(transaction, asked.right, **trust));
  return asked;
}

Result<AccessService::Asked> AccessService::read_asked_trust(Transaction& transaction,
                                                             TenantId tenant,
                                                             const Wanted& wanted) {
  TRY(const Read read, role_of_tenant(transaction, tenant, *wanted.assumable));
  TRY(const auto trust, check_trust(transaction, tenant, wanted.trust));
  Asked asked{.right = trust_of(read.role, *trust), .role_changed_us = read.changed_us};
  if (read.role.trust == wanted.trust) return std::unexpected(held_already(asked.right));
  TRY(check_as_two(transaction, asked.right, *trust));
  return asked;
}

Result<std::vector<Choices::Choice>> AccessService::list_assumables(Transaction& transaction,
                                                                    const Principal& by) {
  std::vector<Choices::Choice> choices;
  if (!decide(core_.tree, by, "iam:RequestRight", {"belfry:request/*", by.tenant})) return choices;
  TRY(auto rows,
      transaction.query("SELECT r.id, r.name, (SELECT count(*) FROM role_profile h JOIN "
                        "iam_profile p ON p.id = h.profile_id WHERE h.role_id = r.id AND "
                        "p.privileged = 1) AS n FROM assumable_role r WHERE "
                        "r.tenant_id = :tenant_id ORDER BY r.name_key",
                        {{"tenant_id", by.tenant.value}}));
  for (const Row& row : rows)
    choices.push_back({std::to_string(row.integer("id")), row.text("name"), row.integer("n") > 0});
  return choices;
}

Result<Two> AccessService::check_decider(Transaction& transaction, const Principal& by,
                                         const ToDecide& found) {
  const AccessRequest& request = found.request;
  // A delegate never decides for an account that it made, whether or not another can.
  TRY(Two two, check_two(transaction, by, request.requested_by, request.user,
                         request.are_apart || found.cover.has_value()));
  if (!request.assumable) return two;
  // Whom the role trusts by name profits as if the profile were its own.
  std::string document = request.trust;
  if (document.empty()) {
    TRY(document, trust_of_role(transaction, request.assumable));
  }
  const auto trust = policy::compile(document, policy::Kind::kTrust);
  if (!trust) return two;
  TRY(const auto persons, persons_named(transaction, request.tenant, **trust));
  for (const UserId person : persons) {
    TRY(auto rows, transaction.query("SELECT " + decider_columns(":asker_id", ":person_id"),
                                     {{"asker_id", request.requested_by.value},
                                      {"person_id", person.value},
                                      {"tenant_id", request.tenant.value},
                                      {"now_us", to_us(core_.clock.now())}}));
    TRY(const Two beside,
        check_two(transaction, by, request.requested_by, person, deciders_of(rows[0]).are_apart));
    if (beside == Two::kMayBeOne) two = beside;
  }
  return two;
}

}  // namespace belfry::iam
