// The invited person's side of an invitation.
#include "base/ascii.h"
#include "invitation_rows.h"
#include "password_rules.h"
#include "people_service.h"
#include "rows.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kSecretLength = 64;

// In the log the new user comes by itself, with the invitation as what it showed.
Principal newcomer(const User& user, const std::string& invitation) {
  return {.tenant = user.tenant,
          .user = user.id,
          .name = user.name,
          .role = user.role,
          .method = Method::kNone,
          .credential = invitation};
}

}  // namespace

Result<Invitation> PeopleService::find_open(Transaction& transaction, const std::string& secret) {
  const auto unknown = fail(Code::kNotFound, "iam.invitation_unknown");
  if (secret.size() != kSecretLength) return unknown;
  TRY(auto rows, transaction.query(
                     "SELECT " + std::string(kInvitationColumns) +
                         " FROM invitation i JOIN iam_user m ON m.id = i.invited_by_user_id "
                         "WHERE i.secret_sha256 = :secret_sha256 AND i.ended_us IS NULL AND "
                         "i.expires_us > :now_us AND m.active = 1",
                     {{"secret_sha256", digest_of(secret)}, {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return unknown;
  Invitation found = invitation_of(rows[0], core_.clock.now());
  TRY(read_rights(transaction, found));
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
    return open;
  });
}

Task<User> PeopleService::accept_invitation(const Acceptance& acceptance) {
  struct Seen {
    Invitation invitation;
    bool privileged = false;
  };
  CO_TRY(const Seen seen, co_await core_.read<Seen>([&](Transaction& transaction) -> Result<Seen> {
    TRY(Invitation invitation, find_open(transaction, acceptance.secret));
    TRY(const bool privileged, gives_privileges(transaction, invitation));
    return Seen{std::move(invitation), privileged};
  }));
  CO_TRY(check_user_name(acceptance.user_name));
  CO_TRY(check_password(acceptance.password,
                        {acceptance.user_name, seen.invitation.email, seen.privileged, false}));
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
  const Principal by = newcomer(user, invitation.id);
  TRY(insert_user(transaction, user, password_hash));
  TRY(give_rights(transaction, invitation, user.id));
  TRY(const auto terms, terms_.in_force(transaction));
  if (terms && terms->version != acceptance.terms_version)
    return fail(Code::kConflict, "iam.terms_needed", {{"version", terms->version}});
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
                                    UserId user) {
  const database::Parameters parameters = {{"id", invitation.id},
                                           {"user_id", user.value},
                                           {"tenant_id", invitation.tenant.value},
                                           {"by_id", invitation.invited_by.value},
                                           {"now_us", to_us(core_.clock.now())}};
  TRY(transaction.execute(
      "INSERT INTO group_member (group_id, user_id, tenant_id, since_us) "
      "SELECT g.id, :user_id, :tenant_id, :now_us FROM iam_group g JOIN invitation_group v "
      "ON v.group_id = g.id WHERE v.invitation_id = :id AND g.tenant_id = :tenant_id",
      parameters));
  TRY(transaction.execute(
      "INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "SELECT :user_id, p.id, :tenant_id, :now_us, :by_id FROM iam_profile p "
      "JOIN invitation_profile v ON v.profile_id = p.id WHERE v.invitation_id = :id AND "
      "p.tenant_id = :tenant_id",
      parameters));
  return {};
}

}  // namespace belfry::iam
