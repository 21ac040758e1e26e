// Signing in: throttle, password, second factor, session; or a passkey alone.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "opening.h"
#include "passkey_rule.h"
#include "password_rules.h"
#include "rows.h"
#include "service.h"
#include "sign_in_names.h"
#include "sign_in_origins.h"
#include "totp_codes.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kPasswordMax = 512, kUserAgentMax = 200;
constexpr Duration kSessionKept = std::chrono::days(30);
// As long as browsers keep a cookie (RFC 6265bis, 5.5).
constexpr Duration kOriginKept = std::chrono::days(400);
// Addresses and devices of a user: a program that keeps no cookie is a new one each time.
constexpr std::int64_t kOriginsMax = 64;

struct Lifetime {
  Duration absolute, idle;
};

Lifetime lifetime_of(const User& user) {
  using std::chrono::hours;
  using std::chrono::minutes;
  if (user.privileged) return {hours(12), minutes(15)};
  return {hours(24), hours(2)};
}

Principal principal_of(const Account& account) {
  return {.tenant = account.tenant, .user = account.user, .name = account.name};
}

Error refusal() {
  return Error(Code::kDenied, "iam.sign_in_refused");
}

// Whether the factor is back that a reset would take away: a directory's word does not say so, nor
// a code that the passkey is.
bool finds_lost_factor(FactorKind factor, const User& user) {
  return factor != FactorKind::kDirectory && (factor != FactorKind::kTotp || !wants_passkey(user));
}

// Two codes in a row have 40 bits, a recovery code 80. Passkeys beside a password are asked for
// with the password, which is what is slowed down; those that verify the person go without it.
Throttle::Attempt::Shown shown_by(const SignIn& attempt) {
  using Shown = Throttle::Attempt::Shown;
  if (attempt.passkey) return Shown::kNothing;
  if (!attempt.recovery_code.empty()) return Shown::kProof;
  if (attempt.totp.empty()) return Shown::kNothing;
  return attempt.totp_before.empty() ? Shown::kCode : Shown::kProof;
}

// The session, and that the user was here.
Result<> insert_session(Transaction& transaction, const database::Parameters& parameters) {
  TRY(transaction.execute(
      "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
      "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
      "idle_limit_us, factor, second_factor_us, passkey_us, issuer_id, issuer_url) VALUES (:id, "
      ":tenant_id, "
      ":user_id, "
      ":secret_sha256, :amr, :second_factor, :privileged, :enrolment_only, :source_ip, "
      ":user_agent, :now_us, :now_us, :expires_us, :idle_limit_us, :factor, :second_factor_us, "
      ":passkey_us, :issuer_id, :issuer_url)",
      parameters));
  TRY(transaction.execute("UPDATE iam_user SET last_sign_in_us = :now_us WHERE id = :user_id",
                          parameters));
  for (const char* origin : {":address", ":device"})
    TRY(transaction.execute(
        "INSERT INTO sign_in_origin (user_id, tenant_id, address, last_success_us) "
        "VALUES (:user_id, :tenant_id, " +
            std::string(origin) +
            ", :now_us) ON CONFLICT (user_id, address) DO UPDATE SET last_success_us = :now_us",
        parameters));
  TRY(
      transaction.execute("DELETE FROM sign_in_origin WHERE user_id = :user_id AND "
                          "(last_success_us < :origin_forgotten_us OR address NOT IN "
                          "(SELECT o.address FROM sign_in_origin o WHERE o.user_id = :user_id "
                          "ORDER BY o.last_success_us DESC, o.address LIMIT :origins_max))",
                          parameters));
  TRY(transaction.execute(
      "DELETE FROM iam_session WHERE user_id = :user_id AND expires_us < :forgotten_us",
      parameters));
  TRY(
      transaction.execute("DELETE FROM session_place WHERE user_id = :user_id AND session_id NOT "
                          "IN (SELECT s.id FROM iam_session s WHERE s.user_id = :user_id)",
                          parameters));
  return {};
}

}  // namespace

struct IamService::Candidate {
  Account account;
  std::string hash;  // of the password; of nobody's one that no password has
  Throttle::Attempt throttled;
};

// Asks the same questions whether the user exists or not.
Task<IamService::Candidate> IamService::find_candidate(const SignIn& attempt) {
  co_return co_await core_.read<Candidate>([&](Transaction& transaction) -> Result<Candidate> {
    TRY(core_.refresh_tree(transaction));
    const SignInName name = read_sign_in_name(attempt.user);
    Candidate candidate;
    TRY(candidate.account, find_account(transaction, sign_in_key(core_.tree, name)));
    candidate.hash = candidate.account.user ? candidate.account.password_hash : nobodys_hash_;
    TRY(candidate.throttled,
        throttled_at_place(transaction, attempt, candidate.account, name.text()));
    return candidate;
  });
}

Result<Throttle::Attempt> IamService::throttled_at_place(Transaction& transaction,
                                                         const SignIn& attempt,
                                                         const Account& account,
                                                         std::string counted_as) {
  const std::string device = device_origin(attempt.device);
  Throttle::Attempt throttled{.account = std::move(counted_as),
                              .address = throttled_address(attempt.source_ip)};
  TRY(bool known_device, was_here(transaction, account.row, device));
  TRY(bool known_address, was_here(transaction, account.row, throttled.address));
  known_device &= bool(account.user);
  known_address &= bool(account.user);
  // Others who fail at the same address do not slow the device down.
  if (known_device) throttled.address = device;
  throttled.known_good = known_address || known_device;
  return throttled;
}

// Nobody guesses one: passwords that fail at the same address do not slow it down, and others' bad
// passkeys there do not slow a known device down.
Task<Throttle::Attempt> IamService::throttled_by_passkey(const SignIn& attempt) {
  co_return co_await core_.read<Throttle::Attempt>(
      [&](Transaction& transaction) -> Result<Throttle::Attempt> {
        const PasskeyAssertion& passkey = *attempt.passkey;
        const auto owner = owner_of(transaction, passkey);
        if (!owner && owner.error().code() != Code::kDenied) return std::unexpected(owner.error());
        const Account account{.user = owner.value_or(UserId{}), .row = owner.value_or(UserId{})};
        TRY(Throttle::Attempt throttled,
            throttled_at_place(transaction, attempt, account,
                               "passkey " + to_hex(crypto::sha256(passkey.credential_id))));
        throttled.address = "passkey " + throttled.address;
        throttled.known_good = true;
        return throttled;
      });
}

Task<Iam::OpenedSession> IamService::sign_in(const SignIn& attempt) {
  if (attempt.directory) co_return co_await sign_in_with_directory(attempt);
  if (attempt.passkey && attempt.user.empty()) co_return co_await sign_in_with_passkey(attempt);
  const auto found = co_await find_candidate(attempt);
  if (!found) {
    log_failure(attempt, {}, found.error());
    co_return std::unexpected(found.error());
  }
  const Candidate& candidate = *found;
  if (auto begun = throttle_.begin(candidate.throttled, core_.clock.now()); !begun)
    co_return co_await check_throttled(attempt, candidate, begun.error());
  auto opened = co_await check_candidate(attempt, candidate);
  if (!opened) log_failure(attempt, principal_of(candidate.account), opened.error());
  co_return opened;
}

// A code that is wrong costs its sender a password's comparison, as one that is right does, and is
// counted; what nobody guesses costs that only once it is right. Nothing is used up before the
// password is right too: the owner who mistyped it tries again with the same code. The log tells
// what was wrong of what was looked at.
Task<Iam::OpenedSession> IamService::check_throttled(const SignIn& attempt, Candidate candidate,
                                                     Error throttled) {
  using Shown = Throttle::Attempt::Shown;
  const auto refuse = [&](const Error& told, const Error& answered) {
    log_failure(attempt, principal_of(candidate.account), told);
    return std::unexpected(answered);
  };
  const Shown shown = shown_by(attempt);
  if (shown == Shown::kNothing) co_return refuse(throttled, throttled);
  const auto is_shown = co_await core_.read<bool>([&](Transaction& transaction) {
    if (!attempt.recovery_code.empty())
      return shows_recovery_code(transaction, candidate.account.row, attempt.recovery_code);
    return shows_totp(core_, transaction, candidate.account.row, attempt.totp, attempt.totp_before);
  });
  if (!is_shown) co_return refuse(is_shown.error(), is_shown.error());
  const bool is_right = *is_shown && candidate.account.user;  // and not of nobody's neighbour
  candidate.throttled.shown = shown;
  const bool is_tried = is_right || shown == Shown::kCode;
  if (!is_tried || !throttle_.begin(candidate.throttled, core_.clock.now()))
    co_return refuse(throttled, throttled);
  if (!is_right) {
    auto compared = co_await compare_password(attempt, candidate);
    if (!compared && compared.error().code() != Code::kDenied)
      co_return refuse(compared.error(), compared.error());
    co_return refuse(refusal(), throttled);
  }
  auto opened = co_await check_candidate(attempt, candidate);
  if (opened) co_return opened;
  const Error& reason = opened.error();
  const bool is_told = reason.code() != Code::kDenied || says_stopped(reason);
  co_return refuse(reason, is_told ? reason : throttled);
}

void IamService::log_failure(const SignIn& attempt, Principal by, const Error& reason) {
  // People type passwords where names belong: names of nobody are not written down.
  if (!by.user) by.name = "unknown";
  by.source_ip = attempt.source_ip;
  core_.trail.sign_in_failed(by.user ? by.tenant : kProviderTenant, by, reason);
}

Task<> IamService::log_unseen() {
  co_return core_.trail.tell_unseen();
}

Task<> IamService::compare_password(const SignIn& attempt, const Candidate& candidate) {
  const std::string password = attempt.password.substr(0, kPasswordMax);
  auto same = co_await passwords_.is_password(password, candidate.hash);
  if (!same) {
    throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
    co_return std::unexpected(same.error());
  }
  const bool exists = candidate.account.user && candidate.account.active;
  if (!*same || !exists) co_return std::unexpected(refusal());
  co_return Result<>();
}

Task<UserId> IamService::check_password_alone(const SignIn& attempt) {
  CO_TRY(const Candidate candidate, co_await find_candidate(attempt));
  Result<> compared = throttle_.begin(candidate.throttled, core_.clock.now());
  if (compared) {
    compared = co_await compare_password(attempt, candidate);
    // The password alone is not yet a success: what guesses at codes must not start afresh with it.
    if (compared) throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
  }
  if (!compared) {
    log_failure(attempt, principal_of(candidate.account), compared.error());
    co_return std::unexpected(compared.error());
  }
  co_return candidate.account.user;
}

IamService::Evidence IamService::evidence_of(const SignIn& attempt) {
  Evidence evidence{attempt.totp, attempt.recovery_code, attempt.passkey, {}};
  if (evidence.passkey) evidence.challenge = take_challenge(evidence.passkey->client_data);
  // What was begun for something else is good for nothing now.
  if (evidence.challenge && evidence.challenge->purpose != Challenge::Purpose::kSignIn)
    evidence.challenge.reset();
  return evidence;
}

Task<Iam::OpenedSession> IamService::check_candidate(const SignIn& attempt,
                                                     const Candidate& candidate) {
  CO_TRY(co_await compare_password(attempt, candidate));
  const Evidence evidence = evidence_of(attempt);
  if (evidence.empty()) {
    const auto user = co_await core_.read<User>([&](Transaction& transaction) {
      return iam::find_user(transaction, candidate.account.user);
    });
    // Who is gone since is refused below.
    if (!user && user.error().code() != Code::kNotFound) {
      throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
      co_return std::unexpected(user.error());
    }
    if (user && user->has_second_factor()) {
      throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
      co_return fail(Code::kDenied, user->has_totp ? "iam.totp_needed" : "iam.passkey_needed",
                     {{"passkey", user->passkeys > 0 ? "yes" : "no"}});
    }
  }
  auto opened =
      co_await core_.write<OpenedSession>([&](Transaction& transaction) -> Result<OpenedSession> {
        // Read again: the user may have changed since the password was compared.
        TRY(auto rows,
            transaction.query("SELECT " + kUserColumns +
                                  ", u.password_hash FROM iam_user u WHERE u.id = :user_id",
                              {{"user_id", candidate.account.user.value}}));
        if (rows.empty() || rows[0].text("password_hash") != candidate.hash ||
            !rows[0].flag("active"))
          return std::unexpected(refusal());
        Opening opening{attempt, user_of(rows[0]), {}, "pwd"};
        if (opening.user.has_second_factor()) {
          TRY(opening.proof, prove(transaction, opening.user.id, evidence));
          opening.amr += " " + opening.proof->amr;
        }
        // Of passwords that are older than the column it is not known yet.
        TRY(transaction.execute(
            "UPDATE iam_user SET password_length_met = :length_met "
            "WHERE id = :user_id AND password_length_met <> :length_met",
            {{"length_met", length_met(attempt.password)}, {"user_id", opening.user.id.value}}));
        return open_session(transaction, opening);
      });
  if (opened)
    throttle_.succeeded(candidate.throttled, Throttle::Success::kForget);
  else if (is_nobodys_fault(opened.error()))
    throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
  co_return opened;
}

// The passkey says who it is, and that the person was verified: both factors at once.
Task<Iam::OpenedSession> IamService::sign_in_with_passkey(const SignIn& attempt) {
  const auto throttled = co_await throttled_by_passkey(attempt);
  Result<> begun;
  if (throttled)
    begun = throttle_.begin(*throttled, core_.clock.now());
  else
    begun = std::unexpected(throttled.error());
  if (!begun) {
    log_failure(attempt, {}, begun.error());
    co_return std::unexpected(begun.error());
  }
  User user{};
  const Evidence evidence = evidence_of(attempt);
  auto opened =
      co_await core_.write<OpenedSession>([&](Transaction& transaction) -> Result<OpenedSession> {
        TRY(core_.refresh_tree(transaction));
        TRY(const UserId owner, owner_of(transaction, *attempt.passkey));
        TRY(user, iam::find_user(transaction, owner));
        if (!user.active) return std::unexpected(refusal());
        // Begun beside a password, nobody asked to verify the person.
        if (!evidence.challenge || !evidence.challenge->verify_user)
          return fail(Code::kDenied, "iam.passkey_wrong_request");
        Opening opening{attempt, user, {}, ""};
        TRY(opening.proof, prove(transaction, owner, evidence));
        opening.amr = opening.proof->amr;
        return open_session(transaction, opening);
      });
  if (opened)
    throttle_.succeeded(*throttled, Throttle::Success::kForget);
  else
    log_failure(attempt, principal_of(user), opened.error());
  if (!opened && is_nobodys_fault(opened.error()))
    throttle_.succeeded(*throttled, Throttle::Success::kOnlyTakeBack);
  co_return opened;
}

Result<IamService::Proof> IamService::prove(Transaction& transaction, UserId user,
                                            const Evidence& evidence) {
  if (evidence.passkey) return use_passkey(transaction, user, evidence);
  if (!evidence.recovery_code.empty())
    return use_recovery_code(transaction, user, evidence.recovery_code);
  return use_code(transaction, user, evidence.totp);
}

LostPasswordService::Prove IamService::prover(const PasswordReset& reset) {
  SignIn shown{.user = "", .password = "", .totp = reset.totp};
  shown.passkey = reset.passkey;
  shown.recovery_code = reset.recovery_code;
  return [this, evidence = evidence_of(shown)](Transaction& transaction, UserId user) -> Result<> {
    TRY(prove(transaction, user, evidence));
    return {};
  };
}

Result<Iam::OpenedSession> IamService::open_session(Transaction& transaction,
                                                    const Opening& opening) {
  const auto& [attempt, user, proof, amr, issuer] = opening;
  TRY(core_.refresh_tree(transaction));
  TRY(check_going_on(core_.tree, user.tenant));
  const Timestamp now = core_.clock.now();
  const Lifetime lifetime = lifetime_of(user);
  const bool second_factor = proof.has_value();
  OpenedSession opened;
  opened.secret = make_bearer_secret(core_.random);
  opened.user = user;
  opened.user.last_sign_in = now;
  TRY(const bool known_device, was_here(transaction, user.id, device_origin(attempt.device)));
  if (!known_device) opened.device = make_bearer_secret(core_.random);
  opened.session = {.id = make_public_id(core_.random),
                    .user = user.id,
                    .created = now,
                    .last_seen = now,
                    .expires = now + lifetime.absolute,
                    .source_ip = attempt.source_ip,
                    .user_agent = attempt.user_agent.substr(0, kUserAgentMax),
                    .second_factor = second_factor};
  if (proof) {
    opened.session.factor = proof->factor;
    opened.session.second_factor_at = now;
  }
  if (issuer) opened.session.issuer = issuer->url;
  if (!is_utf8(opened.session.user_agent)) opened.session.user_agent.clear();
  const std::string factor(proof ? name_of(proof->factor) : "");
  const database::Parameters parameters = {
      {"id", opened.session.id},
      {"tenant_id", user.tenant.value},
      {"user_id", user.id.value},
      {"secret_sha256", digest_of(opened.secret)},
      {"amr", amr},
      {"factor", factor},
      {"second_factor", std::int64_t(second_factor)},
      {"second_factor_us", time_or_null(proof ? std::optional(now) : std::nullopt)},
      {"passkey_us",
       time_or_null(proof && proof->factor == FactorKind::kPasskey ? std::optional(now)
                                                                   : std::nullopt)},
      {"privileged", std::int64_t(user.privileged)},
      {"enrolment_only", std::int64_t(user.privileged && !second_factor)},
      {"source_ip", opened.session.source_ip},
      {"user_agent", opened.session.user_agent},
      {"now_us", to_us(now)},
      {"expires_us", to_us(opened.session.expires)},
      {"idle_limit_us", lifetime.idle.count()},
      {"address", throttled_address(attempt.source_ip)},
      {"issuer_id", issuer ? database::Value(issuer->id.value) : database::Null{}},
      {"issuer_url", issuer ? database::Value(issuer->url) : database::Null{}},
      {"device", device_origin(opened.device.empty() ? attempt.device : opened.device)},
      {"origin_forgotten_us", to_us(now - kOriginKept)},
      {"origins_max", kOriginsMax},
      {"forgotten_us", to_us(now - kSessionKept)}};
  TRY(insert_session(transaction, parameters));
  Principal by = principal_of(user);
  by.method = Method::kSession;
  by.credential = opened.session.id;
  by.source_ip = attempt.source_ip;
  if (proof && finds_lost_factor(proof->factor, user))
    TRY(cancel_as_needless(core_, transaction, by));
  TRY(core_.trail.authenticated(
      transaction, by,
      {"iam:SignIn",
       "belfry:session/" + opened.session.id,
       {{"second_factor", second_factor ? factor : "none"}, {"issuer", opened.session.issuer}}}));
  return opened;
}

Result<IamService::Proof> IamService::use_code(Transaction& transaction, UserId user,
                                               const std::string& code) {
  TRY(const bool is_right, use_totp(core_, transaction, user, code));
  if (!is_right) return std::unexpected(refusal());
  return Proof{FactorKind::kTotp, "otp"};
}

}  // namespace belfry::iam
