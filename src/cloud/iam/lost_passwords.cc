// Passwords that were lost: a link by mail, and the second factor.
#include "lost_password_service.h"
#include "passkey_rule.h"
#include "password_rules.h"
#include "rows.h"
#include "sign_in_names.h"
#include "sign_in_origins.h"
#include "tenant_tree.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

constexpr Duration kGoodFor = std::chrono::hours(1);
constexpr Duration kKept = std::chrono::days(30);
constexpr std::int64_t kOfDayMax = 3;  // links of a user, asked for where it was, and elsewhere
constexpr std::int64_t kAskedMax = 1000;
constexpr std::int64_t kAtOnce = 20;
constexpr std::size_t kSecretLength = 64;

Error unknown_reset() {
  return Error(Code::kNotFound, "iam.reset_unknown");
}

std::string subject_of(UserId user) {
  return "password_reset/" + user.text();
}

// In the log it is the user, with the reset as what was shown.
Principal who_lost(const User& user, const std::string& reset, const std::string& source_ip) {
  return {.tenant = user.tenant,
          .user = user.id,
          .name = user.name,
          .role = user.role,
          .method = Method::kNone,
          .credential = reset,
          .source_ip = source_ip};
}

// Of whom a passkey is asked, a code proves nothing.
bool shows_factor(const PasswordReset& reset, const User& user) {
  return reset.passkey || !reset.recovery_code.empty() ||
         (!reset.totp.empty() && !wants_passkey(user));
}

}  // namespace

Task<> LostPasswordService::ask_for_reset(const LostPassword& lost) {
  const SignInName name = read_sign_in_name(lost.user);
  CO_TRY(check_user_name(name.name));
  if (lost.language != "en" && lost.language != "fr")
    co_return fail(Code::kInvalid, "iam.bad_language");
  if (!people_.links().by_mail) co_return fail(Code::kConflict, "iam.no_mail");
  Throttle::Attempt attempt{.account = "reset " + name.text(),
                            .address = "reset " + throttled_address(lost.source_ip)};
  Asked asked{.sign_in_key = {},
              .language = lost.language,
              .address = throttled_address(lost.source_ip),
              .source_ip = lost.source_ip,
              .device = lost.device.empty() ? "" : device_origin(lost.device)};
  // The same questions whether the user exists or not.
  CO_TRY(attempt.known_good,
         co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
           TRY(core_.refresh_tree(transaction));
           asked.sign_in_key = sign_in_key(core_.tree, name);
           return is_known_place(transaction, asked);
         }));
  // Each attempt counts, right or not.
  CO_TRY(asking_.begin(attempt, core_.clock.now()));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(auto waiting, transaction.query("SELECT count(*) AS n FROM password_reset_asked"));
    if (waiting[0].integer("n") >= kAskedMax)
      return fail(Code::kRetry, "iam.throttled", {{"seconds", "60"}});
    TRY(transaction.execute(
        "INSERT INTO password_reset_asked (id, sign_in_key, language, asked_us, address, "
        "source_ip, "
        "device) VALUES (:id, :sign_in_key, :language, :now_us, :address, :source_ip, :device)",
        {{"id", core_.random.id()},
         {"sign_in_key", asked.sign_in_key},
         {"language", asked.language},
         {"now_us", to_us(core_.clock.now())},
         {"address", asked.address},
         {"source_ip", asked.source_ip},
         {"device", asked.device}}));
    return Done{};
  }));
  co_return Result<>();
}

Result<bool> LostPasswordService::is_known_place(Transaction& transaction, const Asked& asked) {
  TRY(const Account account, find_account(transaction, asked.sign_in_key));
  TRY(const bool by_address, was_here(transaction, account.row, asked.address));
  TRY(const bool by_device, was_here(transaction, account.row, asked.device));
  return account.user && (by_address || by_device);
}

Task<> LostPasswordService::turn() {
  const auto asked = [](Transaction& transaction) {
    return transaction.query(
        "SELECT id, sign_in_key, language, address, source_ip, device FROM password_reset_asked "
        "ORDER BY asked_us, id LIMIT :limit",
        {{"limit", kAtOnce}});
  };
  // Asked every few seconds: a write only when there is something to do.
  CO_TRY(const bool any, co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
    TRY(auto rows, asked(transaction));
    return !rows.empty();
  }));
  if (!any) co_return Result<>();
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(transaction.execute("DELETE FROM password_reset WHERE created_us < :forgotten_us",
                            {{"forgotten_us", to_us(core_.clock.now() - kKept)}}));
    TRY(auto rows, asked(transaction));
    for (const Row& row : rows) {
      TRY(transaction.execute("DELETE FROM password_reset_asked WHERE id = :id",
                              {{"id", row.integer("id")}}));
      TRY(send(transaction, {.sign_in_key = row.text("sign_in_key"),
                             .language = row.text("language"),
                             .address = row.text("address"),
                             .source_ip = row.text("source_ip"),
                             .device = row.text("device")}));
    }
    return Done{};
  }));
  co_return Result<>();
}

// Strangers use up their own links of the day, and end none that the user may hold in hand.
Result<> LostPasswordService::send(Transaction& transaction, const Asked& asked) {
  const Timestamp now = core_.clock.now();
  TRY(const bool known_place, is_known_place(transaction, asked));
  TRY(auto rows,
      transaction.query(
          "SELECT " + kUserColumns +
              ", (SELECT count(*) FROM password_reset r WHERE r.user_id = u.id AND "
              "r.created_us > :since_us AND r.known_place = :known_place) AS recent, "
              "(SELECT count(*) FROM password_reset r WHERE r.user_id = u.id AND "
              "r.ended_us IS NULL AND r.expires_us > :now_us AND r.known_place = 1) AS held "
              "FROM iam_user u WHERE u.sign_in_key = "
              ":sign_in_key AND u.active = 1 AND u.deleted_us IS NULL AND u.owner_id IS NULL AND "
              // Whom a directory brought has no password to lose, and leaves with the directory.
              "NOT EXISTS (SELECT 1 FROM issuer_subject s WHERE s.user_id = u.id AND "
              "s.linked_by_user_id IS NULL)",
          {{"sign_in_key", asked.sign_in_key},
           {"since_us", to_us(now - std::chrono::days(1))},
           {"now_us", to_us(now)},
           {"known_place", std::int64_t(known_place)}}));
  if (rows.empty() || rows[0].integer("recent") >= kOfDayMax) return {};
  if (!known_place && rows[0].integer("held") > 0) return {};
  const User user = user_of(rows[0]);
  TRY(core_.refresh_tree(transaction));
  if (!is_mail_address(user.email) || !check_going_on(core_.tree, user.tenant)) return {};
  const Link link{.id = make_public_id(core_.random), .secret = make_bearer_secret(core_.random)};
  auto queued = mail_link(transaction, user, asked.language, link);
  // The tenant's mail of the day is used up: nothing is sent, as if there were nobody.
  if (!queued && queued.error().code() == Code::kConflict) return {};
  TRY(queued);
  TRY(keep_link(transaction, user, asked.language, link, known_place));
  return core_.trail.changed(transaction, user.tenant, who_lost(user, link.id, asked.source_ip),
                             {"iam:AskForPasswordReset", resource_of(user.id), {}});
}

Result<> LostPasswordService::mail_link(Transaction& transaction, const User& user,
                                        const std::string& language, const Link& link) {
  TRY(mail_.cancel(transaction, subject_of(user.id)));
  // Behind the `#`, so that no server, proxy or log on the way is told it.
  const std::string address = people_.links().console + "/#/password-reset/" + link.secret;
  return mail_.queue(transaction,
                     {.tenant = user.tenant,
                      .about = subject_of(user.id),
                      .recipient = user.email,
                      .language = language,
                      .kind = "password_reset",
                      .arguments = {{"user", sign_in_name(core_.tree, user)}, {"link", address}},
                      .expires = core_.clock.now() + kGoodFor});
}

Result<> LostPasswordService::keep_link(Transaction& transaction, const User& user,
                                        const std::string& language, const Link& link,
                                        bool known_place) {
  const Timestamp now = core_.clock.now();
  const database::Parameters parameters = {{"id", link.id},
                                           {"tenant_id", user.tenant.value},
                                           {"user_id", user.id.value},
                                           {"secret_sha256", digest_of(link.secret)},
                                           {"language", language},
                                           {"known_place", std::int64_t(known_place)},
                                           {"now_us", to_us(now)},
                                           {"expires_us", to_us(now + kGoodFor)}};
  TRY(
      transaction.execute("UPDATE password_reset SET ended_us = :now_us WHERE user_id = :user_id "
                          "AND ended_us IS NULL",
                          parameters));
  TRY(transaction.execute(
      "INSERT INTO password_reset (id, tenant_id, user_id, secret_sha256, language, known_place, "
      "created_us, expires_us) VALUES (:id, :tenant_id, :user_id, :secret_sha256, :language, "
      ":known_place, :now_us, :expires_us)",
      parameters));
  return {};
}

Result<LostPasswordService::Open> LostPasswordService::find_open(Transaction& transaction,
                                                                 const std::string& secret) {
  if (secret.size() != kSecretLength) return std::unexpected(unknown_reset());
  TRY(auto rows,
      transaction.query(
          "SELECT " + kUserColumns +
              ", r.id AS reset_id, r.language, r.expires_us FROM password_reset r JOIN iam_user u "
              "ON u.id = r.user_id WHERE r.secret_sha256 = :secret_sha256 AND "
              "r.ended_us IS NULL AND r.expires_us > :now_us AND u.active = 1 AND "
              "u.deleted_us IS NULL",
          {{"secret_sha256", digest_of(secret)}, {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(unknown_reset());
  User user = user_of(rows[0]);
  TRY(core_.refresh_tree(transaction));
  if (!check_going_on(core_.tree, user.tenant)) return std::unexpected(unknown_reset());
  return Open{rows[0].text("reset_id"), std::move(user), rows[0].text("language"),
              from_us(rows[0].integer("expires_us"))};
}

Task<OpenPasswordReset> LostPasswordService::open_reset(const std::string& secret) {
  co_return co_await core_.read<OpenPasswordReset>(
      [&](Transaction& transaction) -> Result<OpenPasswordReset> {
        TRY(const Open open, find_open(transaction, secret));
        return OpenPasswordReset{.user_name = sign_in_name(core_.tree, open.user),
                                 .privileged = open.user.privileged,
                                 .has_totp = open.user.has_totp && !wants_passkey(open.user),
                                 .has_passkey = open.user.passkeys > 0,
                                 .expires = open.expires};
      });
}

Result<> LostPasswordService::check_shown(const PasswordReset& reset, const User& user) {
  if (!user.has_second_factor() || shows_factor(reset, user)) return {};
  const bool by_code = user.has_totp && !wants_passkey(user);
  return fail(Code::kDenied, by_code ? "iam.totp_needed" : "iam.passkey_needed",
              {{"passkey", user.passkeys > 0 ? "yes" : "no"}});
}

Task<> LostPasswordService::reset_password(const PasswordReset& reset) {
  CO_TRY(const Open open, co_await core_.read<Open>([&](Transaction& transaction) {
    return find_open(transaction, reset.secret);
  }));
  CO_TRY(check_shown(reset, open.user));
  CO_TRY(check_password(reset.password, {open.user.name, open.user.email, open.user.privileged,
                                         open.user.has_second_factor()}));
  // Whoever reads the mail guesses at no code.
  const std::string account = "reset with " + open.user.id.text();
  const Throttle::Attempt attempt{.account = account, .address = account, .known_good = true};
  CO_TRY(throttle_.begin(attempt, core_.clock.now()));
  CO_TRY(const std::string hash, co_await passwords_.hash(reset.password));
  const Prove prove = prover_(reset);
  auto changed = co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(change(transaction, reset, hash, prove));
    return Done{};
  });
  if (changed) {
    throttle_.succeeded(attempt, Throttle::Success::kForget);
    co_return Result<>();
  }
  core_.trail.refused(open.user.tenant, who_lost(open.user, open.id, reset.source_ip),
                      {"iam:ResetPassword", resource_of(open.user.id), {}}, changed.error());
  co_return std::unexpected(changed.error());
}

Result<> LostPasswordService::change(Transaction& transaction, const PasswordReset& reset,
                                     const std::string& hash, const Prove& prove) {
  // Read again: another may have been quicker, and a factor may have been added meanwhile.
  TRY(const Open open, find_open(transaction, reset.secret));
  TRY(check_shown(reset, open.user));
  if (open.user.has_second_factor()) {
    auto proved = prove(transaction, open.user.id);
    if (!proved && proved.error().message() == "iam.sign_in_refused")
      return fail(Code::kDenied, "iam.wrong_code");
    TRY(proved);
  }
  const Timestamp now = core_.clock.now();
  const database::Parameters parameters = {{"hash", hash},
                                           {"length_met", length_met(reset.password)},
                                           {"now_us", to_us(now)},
                                           {"id", open.user.id.value}};
  for (const char* change :
       {"UPDATE iam_user SET password_hash = :hash, password_length_met = :length_met, "
        "password_changed_us = :now_us WHERE id = :id",
        "UPDATE iam_session SET ended_us = :now_us WHERE user_id = :id AND ended_us IS NULL",
        "UPDATE password_reset SET ended_us = :now_us WHERE user_id = :id AND ended_us IS NULL"})
    TRY(transaction.execute(change, parameters));
  TRY(mail_.cancel(transaction, subject_of(open.user.id)));
  auto told =
      mail_.queue(transaction, {.tenant = open.user.tenant,
                                .about = subject_of(open.user.id),
                                .recipient = open.user.email,
                                .language = open.language,
                                .kind = "password_changed",
                                .arguments = {{"user", sign_in_name(core_.tree, open.user)}},
                                .expires = now + std::chrono::days(3)});
  if (!told && told.error().code() != Code::kConflict) return told;
  return core_.trail.changed(transaction, open.user.tenant,
                             who_lost(open.user, open.id, reset.source_ip),
                             {"iam:ResetPassword", resource_of(open.user.id), {}});
}

}  // namespace belfry::iam
