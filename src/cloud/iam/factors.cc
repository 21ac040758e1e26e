// What a user proves itself with: password, TOTP, and the list of factors.
#include "base/text_encoding.h"
#include "crypto/password.h"
#include "passkey_rule.h"
#include "password_rules.h"
#include "rows.h"
#include "service.h"
#include "totp_codes.h"

#include <charconv>

namespace belfry::iam {
namespace {

// Guessing with a session that somebody left open is slowed down like guessing without.
Throttle::Attempt own_attempt(const Principal& by) {
  return {
      .account = "own " + by.user.text(), .address = "own " + by.user.text(), .known_good = true};
}

Factor factor_of(const Row& row) {
  Factor factor{.id = std::to_string(row.integer("id")),
                .kind = FactorKind::kTotp,
                .label = row.text("label"),
                .created = from_us(row.integer("created_us")),
                .last_used = optional_time(row, "last_used_us"),
                .site = ""};
  if (row.text("kind") != name_of(FactorKind::kPasskey)) return factor;
  factor.kind = FactorKind::kPasskey;
  factor.site = row.text("site");
  factor.backed_up = row.flag("backed_up");
  factor.alone_suffices = row.flag("user_verified");
  return factor;
}

}  // namespace

Task<> IamService::change_password(const Principal& by, const std::string& old_password,
                                   const std::string& new_password) {
  CO_TRY(decide(core_.tree, by, "iam:ChangePassword", {resource_of(by.user), by.tenant}));
  CO_TRY(core_.check_fresh(by, "iam:ChangePassword", resource_of(by.user)));
  struct Current {
    User user;
    std::string hash;
  };
  CO_TRY(const Current current,
         co_await core_.read<Current>([&](Transaction& transaction) -> Result<Current> {
           TRY(User user, iam::find_user(transaction, by.user));
           TRY(auto rows, transaction.query("SELECT password_hash FROM iam_user WHERE id = :id",
                                            {{"id", by.user.value}}));
           return Current{std::move(user), rows[0].text("password_hash")};
         }));
  CO_TRY(throttle_.begin(own_attempt(by), core_.clock.now()));
  CO_TRY(const bool same, co_await passwords_.is_password(old_password, current.hash));
  if (!same) {
    const Error wrong(Code::kDenied, "iam.wrong_password");
    core_.trail.refused(by.tenant, by, {"iam:ChangePassword", resource_of(by.user), {}}, wrong);
    co_return std::unexpected(wrong);
  }
  throttle_.succeeded(own_attempt(by), Throttle::Success::kForget);
  CO_TRY(check_password(new_password, {current.user.name, current.user.email,
                                       current.user.privileged, current.user.has_second_factor()}));
  CO_TRY(const std::string hashed, co_await passwords_.hash(new_password));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const std::int64_t changed,
        transaction.execute("UPDATE iam_user SET password_hash = :new_hash, "
                            "password_length_met = :length_met, password_changed_us = :now_us "
                            "WHERE id = :id AND password_hash = :old_hash",
                            {{"new_hash", hashed},
                             {"old_hash", current.hash},
                             {"length_met", length_met(new_password)},
                             {"now_us", to_us(core_.clock.now())},
                             {"id", by.user.value}}));
    if (changed == 0) return fail(Code::kConflict, "iam.changed_meanwhile");
    TRY(core_.end_other_sessions(transaction, by, by.user));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:ChangePassword", resource_of(by.user), {}}));
    return Done{};
  }));
  co_return Result<>();
}

Task<std::string> IamService::begin_totp(const Principal& by) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  const Buffer seed = make_totp_seed(core_.random);
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(may_change_factors(transaction, by));
    TRY(core_.check_fresh(by, "iam:BeginTotp", resource_of(by.user)));
    TRY(const std::string sealed,
        seal_secret(core_.keys, core_.random, totp_seed_of(by.user), seed));
    TRY(transaction.execute(
        "DELETE FROM mfa_factor WHERE user_id = :user_id AND confirmed_us IS NULL",
        {{"user_id", by.user.value}}));
    TRY(
        transaction.execute("INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, "
                            "last_step, created_us) VALUES (:id, :tenant_id, :user_id, 'totp', "
                            ":secret_sealed, 0, :now_us)",
                            {{"id", core_.random.id()},
                             {"tenant_id", by.tenant.value},
                             {"user_id", by.user.value},
                             {"secret_sealed", sealed},
                             {"now_us", to_us(core_.clock.now())}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:BeginTotp", resource_of(by.user), {}}));
    return Done{};
  }));
  co_return to_base32(seed);
}

Task<Iam::RenewedSession> IamService::confirm_totp(const Principal& by, const std::string& code) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  // It may have been begun before there was a passkey.
  if (by.passkey_due == PasskeyDue::kForAll)
    CO_TRY(core_.check_fresh(by, "iam:ConfirmTotp", resource_of(by.user)));
  CO_TRY(throttle_.begin(own_attempt(by), core_.clock.now()));
  auto confirmed =
      co_await core_.write<RenewedSession>([&](Transaction& transaction) -> Result<RenewedSession> {
        TRY(const User user, may_change_factors(transaction, by));
        TRY(auto rows, transaction.query("SELECT id, secret_sealed FROM mfa_factor "
                                         "WHERE user_id = :user_id AND confirmed_us IS NULL",
                                         {{"user_id", by.user.value}}));
        if (rows.empty()) return fail(Code::kConflict, "iam.no_totp_begun");
        TRY(const Buffer seed,
            open_secret(core_.keys, totp_seed_of(by.user), rows[0].text("secret_sealed")));
        const auto step = crypto::verify_totp(seed, code, core_.clock.now(), 0);
        if (!step) return fail(Code::kInvalid, "iam.wrong_code");
        const database::Parameters parameters = {{"id", rows[0].integer("id")},
                                                 {"user_id", by.user.value},
                                                 {"step", *step},
                                                 {"now_us", to_us(core_.clock.now())}};
        TRY(
            transaction.execute("DELETE FROM mfa_factor WHERE user_id = :user_id AND "
                                "kind = 'totp' AND id <> :id",
                                parameters));
        TRY(transaction.execute(
            "UPDATE mfa_factor SET confirmed_us = :now_us, last_step = :step WHERE id = :id",
            parameters));
        TRY(RenewedSession renewed,
            gain_factor(transaction, by, user, FactorKind::kTotp, "pwd otp"));
        TRY(core_.trail.changed(transaction, by.tenant, by,
                                {"iam:ConfirmTotp", resource_of(by.user), {}}));
        return renewed;
      });
  if (confirmed) throttle_.succeeded(own_attempt(by), Throttle::Success::kForget);
  co_return confirmed;
}

Result<RenewedSession> IamService::gain_factor(Transaction& transaction, const Principal& by,
                                               const User& before, FactorKind factor,
                                               const std::string& amr) {
  // The session has now proved both; those opened with the password alone end. So does its own
  // secret: who saw it when it was worth less must not have what it is worth now.
  TRY(core_.end_other_sessions(transaction, by, by.user));
  RenewedSession renewed{make_bearer_secret(core_.random), {}, {}};
  const database::Parameters parameters = {
      {"session_id", by.credential},
      {"amr", amr},
      {"factor", std::string(name_of(factor))},
      {"secret_sha256", digest_of(renewed.secret)},
      {"passkey", std::int64_t(factor == FactorKind::kPasskey)},
      {"now_us", to_us(core_.clock.now())}};
  TRY(auto own, transaction.query("SELECT expires_us FROM iam_session WHERE id = :session_id "
                                  "AND ended_us IS NULL",
                                  parameters));
  if (own.empty()) return fail(Code::kDenied, "iam.unknown_session");
  renewed.expires = from_us(own[0].integer("expires_us"));
  // What the session was opened with stays said, unless the new factor is better. Where a passkey
  // is asked for, an authenticator is not: who lost the one adds the other, and then takes it away.
  if (factor == FactorKind::kPasskey || !wants_passkey(before))
    TRY(
        transaction.execute("UPDATE iam_session SET amr = :amr, factor = :factor "
                            "WHERE id = :session_id AND factor IN ('', 'recovery_code')",
                            parameters));
  TRY(
      transaction.execute("UPDATE iam_session SET second_factor = 1, enrolment_only = 0, "
                          "secret_sha256 = :secret_sha256, second_factor_us = :now_us, "
                          "passkey_us = CASE WHEN :passkey = 1 THEN :now_us ELSE passkey_us END "
                          "WHERE id = :session_id",
                          parameters));
  if (!before.has_second_factor()) {
    TRY(renewed.recovery_codes, replace_recovery_codes(transaction, by));
  }
  return renewed;
}

Task<FactorList> IamService::list_factors(const Principal& by) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  co_return co_await core_.read<FactorList>([&](Transaction& transaction) -> Result<FactorList> {
    TRY(auto rows,
        transaction.query(
            "SELECT f.id, f.kind, f.label, f.created_us, f.last_used_us, p.site, p.backed_up, "
            "p.user_verified FROM mfa_factor f LEFT JOIN passkey p ON p.factor_id = f.id "
            "WHERE f.user_id = :user_id AND f.confirmed_us IS NOT NULL ORDER BY f.created_us, f.id",
            {{"user_id", by.user.value}}));
    FactorList list;
    for (const Row& row : rows) list.factors.push_back(factor_of(row));
    TRY(list.recovery_codes_left, recovery_codes_left(transaction, by.user));
    return list;
  });
}

Task<> IamService::remove_factor(const Principal& by, const std::string& id) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  const Error missing(Code::kNotFound, "iam.factor_missing", {{"factor", id}});
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) co_return std::unexpected(missing);
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User user, may_change_factors(transaction, by));
    const database::Parameters parameters = {
        {"id", number}, {"user_id", by.user.value}, {"session_id", by.credential}};
    TRY(auto rows, transaction.query("SELECT kind, label FROM mfa_factor WHERE id = :id AND "
                                     "user_id = :user_id AND confirmed_us IS NOT NULL",
                                     parameters));
    if (rows.empty()) return std::unexpected(missing);
    TRY(core_.check_fresh(by, "iam:RemoveFactor", resource_of(by.user)));
    const bool is_last = std::size_t(user.has_totp) + user.passkeys == 1;
    if (is_last && user.needs_second_factor())
      return fail(Code::kConflict,
                  user.privileged ? "iam.last_factor" : "iam.last_factor_demanded");
    TRY(transaction.execute("DELETE FROM passkey WHERE factor_id = :id", parameters));
    TRY(transaction.execute("DELETE FROM mfa_factor WHERE id = :id", parameters));
    // Sessions may have been opened with it, by whoever has it.
    TRY(core_.end_other_sessions(transaction, by, by.user));
    if (is_last) {
      TRY(transaction.execute("DELETE FROM recovery_code WHERE user_id = :user_id", parameters));
      // What programs carry of it goes with it.
      for (const char* table : {"api_token", "access_key"})
        TRY(transaction.execute("UPDATE " + std::string(table) +
                                    " SET second_factor = 0 WHERE user_id = :user_id OR user_id "
                                    "IN (SELECT u.id FROM iam_user u WHERE u.owner_id = :user_id)",
                                parameters));
      TRY(
          transaction.execute("UPDATE iam_session SET second_factor = 0, second_factor_us = NULL, "
                              "passkey_us = NULL, factor = '' WHERE id = :session_id",
                              parameters));
    }
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:RemoveFactor",
         resource_of(by.user),
         {{"factor", id}, {"kind", rows[0].text("kind")}, {"label", rows[0].text("label")}}}));
    return Done{};
  }));
  // Of the programs that the user owns as well.
  core_.signing.forget_tenant(by.tenant);
  co_return Result<>();
}

}  // namespace belfry::iam
