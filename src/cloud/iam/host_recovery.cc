// An administrator who lost everything, let in again by whoever has the machine. Whoever does that
// could change the database as well: what counts is that it is told.
#include "access_service.h"
#include "factor_reset_service.h"
#include "lost_password_service.h"
#include "rows.h"
#include "sign_in_names.h"

namespace belfry::iam {
namespace {

constexpr Duration kRoleFor = std::chrono::days(1);

bool administers(Role role) {
  return role == Role::kProviderAdministrator || role == Role::kTenantAdministrator;
}

}  // namespace

Result<LostPasswordService::Locked> LostPasswordService::find_locked(Transaction& transaction,
                                                                     const std::string& name) {
  const Error missing(Code::kNotFound, "iam.no_such_administrator", {{"user", name}});
  const Timestamp now = core_.clock.now();
  TRY(auto rows,
      transaction.query(
          "SELECT " + kUserColumns +
              ", CASE WHEN u.role_until_us <= :now_us THEN u.base_role ELSE u.role "
              "END AS role_now FROM iam_user u WHERE u.sign_in_key = :key AND "
              "u.active = 1 AND u.deleted_us IS NULL AND u.owner_id IS NULL",
          {{"key", sign_in_key(core_.tree, read_sign_in_name(name))}, {"now_us", to_us(now)}}));
  if (rows.empty()) return std::unexpected(missing);
  Locked found{.user = user_of(rows[0])};
  if (administers(role_named(rows[0].text("role_now")).value_or(Role::kReader))) return found;
  // Roles of the staff end by themselves: with the last one nobody could give another.
  TRY(const std::size_t others, count_administrators(transaction, kProviderTenant, now));
  if (found.user.tenant != kProviderTenant || others > 0) return std::unexpected(missing);
  found.needs_role = true;
  return found;
}

// The staff's link is printed: that the mails of the day are used up keeps nobody out.
Result<> LostPasswordService::tell_of_recovery(Transaction& transaction, const User& user,
                                               const HostRecovery& wanted) {
  auto told = mail_.queue(transaction, {.tenant = user.tenant,
                                        .about = "host_recovery/" + user.id.text(),
                                        .recipient = user.email,
                                        .language = wanted.language,
                                        .kind = "host_recovery",
                                        .arguments = {{"user", sign_in_name(core_.tree, user)},
                                                      {"reason", wanted.reason}},
                                        .expires = core_.clock.now() + std::chrono::days(3)});
  if (!told && told.error().code() != Code::kConflict) return std::unexpected(told.error());
  return {};
}

Result<RecoveredAdministrator> LostPasswordService::recover(Transaction& transaction,
                                                            const HostRecovery& wanted,
                                                            const std::string& unknown_hash) {
  const Timestamp now = core_.clock.now();
  TRY(core_.refresh_tree(transaction));
  TRY(const Locked locked, find_locked(transaction, wanted.user));
  const User& user = locked.user;
  const bool is_staff = user.tenant == kProviderTenant;
  const bool has_mail = people_.links().by_mail && is_mail_address(user.email);
  // The provider's people get no way into a customer's account.
  if (!is_staff && !has_mail) return fail(Code::kConflict, "iam.recovery_needs_mail");

  const Link link{.id = make_public_id(core_.random), .secret = make_bearer_secret(core_.random)};
  const Principal program{.tenant = kProviderTenant,
                          .name = "belfry",
                          .role = Role::kReader,
                          .method = Method::kSystem,
                          .credential = link.id};
  TRY(remove_factors(transaction, user.id, now));
  // Without a factor the password that was there would let in whoever knows it, who made the
  // account among them; and a reset that somebody asked for would take the new factors away.
  TRY(
      transaction.execute("UPDATE iam_user SET password_hash = :hash, password_changed_us = "
                          ":now_us WHERE id = :id",
                          {{"hash", unknown_hash}, {"now_us", to_us(now)}, {"id", user.id.value}}));
  TRY(
      transaction.execute("UPDATE factor_reset SET state = 'cancelled', ended_us = :now_us WHERE "
                          "user_id = :id AND ended_us IS NULL",
                          {{"now_us", to_us(now)}, {"id", user.id.value}}));
  TRY(keep_link(transaction, user, wanted.language, link, true));
  if (locked.needs_role) {
    User administrator = user;
    administrator.role = Role::kProviderAdministrator;
    if (user.role_until)
      TRY(take_away(transaction, role_of(user), {.reason = "withdrawn", .at = now}));
    TRY(give(core_, transaction, role_of(administrator),
             {.origin = "recovery", .expires = now + kRoleFor}));
  }
  TRY(transaction.execute(
      "INSERT INTO host_recovery (id, tenant_id, user_id, reason, role_given, at_us) VALUES (:id, "
      ":tenant_id, :user_id, :reason, :role_given, :now_us)",
      {{"id", link.id},
       {"tenant_id", user.tenant.value},
       {"user_id", user.id.value},
       {"reason", wanted.reason},
       {"role_given", std::int64_t(locked.needs_role)},
       {"now_us", to_us(now)}}));
  if (!is_staff)
    TRY(mail_link(transaction, user, wanted.language, link));
  else if (has_mail)
    TRY(tell_of_recovery(transaction, user, wanted));
  const Act act{"iam:RecoverAdministrator",
                resource_of(user.id),
                {{"user", user.name},
                 {"reason", wanted.reason},
                 {"role_given", locked.needs_role ? "yes" : "no"}}};
  TRY(core_.trail.changed(transaction, user.tenant, program, act));
  if (!is_staff) TRY(core_.trail.changed(transaction, kProviderTenant, program, act));
  return RecoveredAdministrator{.user_name = sign_in_name(core_.tree, user),
                                .secret = is_staff ? link.secret : "",
                                .role_given = locked.needs_role};
}

Task<RecoveredAdministrator> LostPasswordService::recover_administrator(
    const HostRecovery& wanted) {
  CO_TRY(check_request_reason(wanted.reason));
  if (wanted.language != "en" && wanted.language != "fr")
    co_return fail(Code::kInvalid, "iam.bad_language");
  CO_TRY(const std::string unknown_hash,
         co_await passwords_.hash(make_bearer_secret(core_.random)));
  co_return co_await core_.write<RecoveredAdministrator>(
      [&](Transaction& transaction) { return recover(transaction, wanted, unknown_hash); });
}

}  // namespace belfry::iam
