// The invited person's side of an invitation.
#include "base/ascii.h"
#include "grants.h"
#include "invitation_rows.h"
#include "password_rules.h"
#include "people_service.h"
#include "rows.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kSecretLength = 64;

// In the log the new user comes by itself, with the invitation as what it showed.
Principal newcomer(const User& user, const std::string& invitation, const std::string& source_ip) {
  return {.tenant = user.tenant,
          .user = user.id,
          .name = user.name,
          .role = user.role,
          .method = Method::kNone,
          .credential = invitation,
          .source_ip = source_ip};
}

Result<> check_terms(const std::optional<TermsVersion>& in_force, const Acceptance& acceptance) {
  if (!in_force || in_force->version == acceptance.terms_version) return {};
  return fail(Code::kConflict, "iam.terms_needed", {{"version", in_force->version}});
}

}  // namespace

Result<Invitation> PeopleService::find_open(Transaction& transaction, const std::string& secret) {
  const auto unknown = fail(Code::kNotFound, "iam.invitation_unknown");
  if (secret.size() != kSecretLength) return unknown;
  TRY(auto rows, transaction.query(
                     "SELECT " + std::string(kInvitationColumns) +
                         " FROM invitation i JOIN iam_user m ON m.id = i.invited_by_user_id "
                         "WHERE i.secret_sha256 = :secret_sha256 AND i.ended_us IS NULL AND "
                         "i.expires_us > :now_us AND m.active = 1 AND "
                         // Who invited may still do so.
                         "((i.delegation_id = 0 AND "
                         "(CASE WHEN m.role_until_us <= :now_us THEN m.base_role ELSE m.role END) "
                         "IN ('provider_administrator', 'tenant_administrator')) OR EXISTS "
                         "(SELECT 1 FROM delegation d WHERE d.id = i.delegation_id AND "
                         "d.user_id = m.id AND d.may_invite = 1 AND "
                         "(d.expires_us IS NULL OR d.expires_us > :now_us))) AND "
                         // From above, a tenant gets its first user alone.
                         "(m.tenant_id = i.tenant_id OR NOT EXISTS (SELECT 1 FROM iam_user u "
                         "WHERE u.tenant_id = i.tenant_id))",
                     {{"secret_sha256", digest_of(secret)}, {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return unknown;
  Invitation found = invitation_of(rows[0], core_.clock.now());
  TRY(core_.refresh_tree(transaction));
  TRY(check_going_on(core_.tree, found.tenant));
  TRY(read_rights(transaction, found));
  if (found.delegation) {
    // What has become privileged since is not a delegate's to give.
    TRY(const bool privileged, gives_privileges(transaction, found));
    if (privileged) return unknown;
  }
  return found;
}

Result<bool> PeopleService::gives_privileges(Transaction& transaction,
                                             const Invitation& invitation) {
  if (is_privileged(invitation.role)) return true;
  TRY(auto rows, transaction.query(
                     "SELECT count(*) AS n FROM iam_profile p WHERE p.privileged = 1 AND "
                     "(p.id IN (SELECT i.profile_id FROM invitation_profile i WHERE "
                     "i.invitation_id = :id) OR p.id IN (SELECT g.profile_id FROM group_profile g "
                     "JOIN invitation_group v ON v.group_id = g.group_id WHERE "
                     "v.invitation_id = :id))",
                     {{"id", invitation.id}}));
  return rows[0].integer("n") > 0;
}

Result<> PeopleService::check_may_give(Transaction& transaction, const Principal& by,
                                       const Invitation& invitation) {
  const bool begins_with_least =
      invitation.role == Role::kReader && invitation.groups.empty() && invitation.profiles.empty();
  // A tenant's first user comes from above.
  if (begins_with_least || by.tenant != invitation.tenant) return {};
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM iam_user u WHERE "
                                   "u.tenant_id = :tenant_id AND u.deleted_us IS NULL",
                                   {{"tenant_id", invitation.tenant.value}}));
  if (rows[0].integer("n") == 0) return {};
  TRY(const bool privileged, gives_privileges(transaction, invitation));
  return check_may_give_alone(transaction, by, invitation.tenant, privileged);
}

Task<OpenInvitation> PeopleService::open_invitation(const std::string& secret) {
  using Open = OpenInvitation;
  co_return co_await core_.read<Open>([&](Transaction& transaction) -> Result<Open> {
    TRY(const Invitation found, find_open(transaction, secret));
    TRY(auto tenants,
        transaction.query("SELECT name FROM tenant WHERE id = :id", {{"id", found.tenant.value}}));
    if (tenants.empty()) return fail(Code::kNotFound, "iam.invitation_unknown");
    Open open{.tenant_name = tenants[0].text("name"),
              .invited_by_name = found.invited_by_name,
              .email = found.email,
              .user_name = found.user_name,
              .role = found.role,
              .expires = found.expires};
    TRY(open.privileged, gives_privileges(transaction, found));
    TRY(open.terms, terms_.in_force(transaction));
    open.organisation = core_.tree.organisation_of(found.tenant);
    return open;
  });
}

Task<User> PeopleService::accept_invitation(const Acceptance& acceptance) {
  struct Seen {
    Invitation invitation;
    bool privileged = false;
    std::optional<TermsVersion> terms;
  };
  CO_TRY(const Seen seen, co_await core_.read<Seen>([&](Transaction& transaction) -> Result<Seen> {
    TRY(Invitation invitation, find_open(transaction, acceptance.secret));
    TRY(const bool privileged, gives_privileges(transaction, invitation));
    TRY(auto terms, terms_.in_force(transaction));
    return Seen{std::move(invitation), privileged, std::move(terms)};
  }));
  CO_TRY(check_terms(seen.terms, acceptance));
  CO_TRY(check_user_name(acceptance.user_name));
  CO_TRY(check_password(acceptance.password,
                        {acceptance.user_name, seen.invitation.email, seen.privileged, false}));
  // One link tries no list of names, and makes no endless work.
  const std::string account = subject_of(seen.invitation);
  const Throttle::Attempt attempt{.account = account, .address = account, .known_good = true};
  CO_TRY(throttle_.begin(attempt, core_.clock.now()));
  CO_TRY(const std::string hashed, co_await passwords_.hash(acceptance.password));
  co_return co_await core_.write<User>([&](Transaction& transaction) -> Result<User> {
    // Read again: a second one with the same link may have been quicker.
    TRY(const Invitation invitation, find_open(transaction, acceptance.secret));
    return let_in(transaction, invitation, acceptance, hashed);
  });
}

Result<User> PeopleService::let_in(Transaction& transaction, const Invitation& invitation,
                                   const Acceptance& acceptance, const std::string& password_hash) {
  const User user{.id = UserId{core_.random.id()},
                  .tenant = invitation.tenant,
                  .name = acceptance.user_name,
                  .email = invitation.email,
                  .role = invitation.role,
                  .created = core_.clock.now(),
                  .last_sign_in = {}};
  const Principal by = newcomer(user, invitation.id, acceptance.source_ip);
  TRY(check_may_give(transaction, by, invitation));
  TRY(insert_user(transaction, user, {password_hash, acceptance.password}));
  TRY(give_rights(transaction, invitation, user));
  TRY(const auto terms, terms_.in_force(transaction));
  TRY(check_terms(terms, acceptance));
  if (terms) TRY(terms_.accept(transaction, by, terms->version));
  TRY(transaction.execute(
      "UPDATE invitation SET ended_us = :now_us, user_id = :user_id "
      "WHERE id = :id",
      {{"id", invitation.id}, {"user_id", user.id.value}, {"now_us", to_us(user.created)}}));
  TRY(mail_.cancel(transaction, subject_of(invitation)));
  TRY(core_.trail.changed(transaction, user.tenant, by,
                          {"iam:AcceptInvitation",
                           resource_of(user.id),
                           {{"name", user.name},
                            {"role", std::string(name_of(user.role))},
                            {"invited_by", invitation.invited_by_name}}}));
  return find_user(transaction, user.id);
}

Result<> PeopleService::give_rights(Transaction& transaction, const Invitation& invitation,
                                    const User& user) {
  const Giving giving{.origin = "direct", .by = invitation.invited_by};
  TRY(record_grant(core_, transaction, role_of(user), giving));
  const database::Parameters parameters = {{"id", invitation.id},
                                           {"tenant_id", invitation.tenant.value}};
  TRY(auto groups, transaction.query("SELECT g.id, g.name FROM iam_group g JOIN invitation_group v "
                                     "ON v.group_id = g.id WHERE v.invitation_id = :id AND "
                                     "g.tenant_id = :tenant_id",
                                     parameters));
  for (const Row& row : groups) {
    Right right{.kind = RightKind::kMembership,
                .tenant = user.tenant,
                .user = user.id,
                .group = GroupId{row.integer("id")},
                .holder = user.name,
                .name = row.text("name")};
    TRY(right.privileged, iam::gives_privileges(transaction, right.group));
    TRY(give(core_, transaction, right, giving));
  }
  TRY(auto profiles, transaction.query("SELECT p.id, p.name, p.privileged FROM iam_profile p "
                                       "JOIN invitation_profile v ON v.profile_id = p.id WHERE "
                                       "v.invitation_id = :id AND p.tenant_id = :tenant_id",
                                       parameters));
  for (const Row& row : profiles)
    TRY(give(core_, transaction,
             {.kind = RightKind::kProfile,
              .tenant = user.tenant,
              .user = user.id,
              .profile = ProfileId{row.integer("id")},
              .holder = user.name,
              .name = row.text("name"),
              .privileged = row.flag("privileged")},
             giving));
  return {};
}

}  // namespace belfry::iam
