// Signing in: throttle, password, second factor, session.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "crypto/password.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kNameMax = 64, kPasswordMax = 512, kUserAgentMax = 200;
constexpr Duration kSessionKept = std::chrono::days(30);

struct Lifetime {
  Duration absolute, idle;
};

Lifetime lifetime_of(Role role) {
  using std::chrono::hours;
  using std::chrono::minutes;
  if (is_privileged(role)) return {hours(12), minutes(15)};
  return {hours(24), hours(2)};
}

std::string name_key_of(std::string_view name) {
  return to_lower(name.substr(0, kNameMax + 1));
}

Principal principal_of(const User& user) {
  return {.tenant = user.tenant,
          .user = user.id,
          .name = user.name,
          .role = user.role,
          .method = Method::kNone,
          .credential = {}};
}

Error refusal() {
  return Error(Code::kDenied, "iam.sign_in_refused");
}

}  // namespace

struct IamService::Candidate {
  User user{};       // without an id: nobody has that name
  std::string hash;  // of the password
  Throttle::Attempt throttled;
};

// Asks the same questions whether the user exists or not.
Task<IamService::Candidate> IamService::find_candidate(const SignIn& attempt) {
  co_return co_await read<Candidate>([&](Transaction& transaction) -> Result<Candidate> {
    Candidate candidate;
    candidate.throttled.account = name_key_of(attempt.user);
    candidate.throttled.address = throttled_address(attempt.source_ip);
    TRY(auto rows, transaction.query("SELECT " + std::string(kUserColumns) +
                                         ", u.password_hash FROM iam_user u "
                                         "WHERE u.name_key = :name_key",
                                     {{"name_key", candidate.throttled.account}}));
    if (!rows.empty()) {
      candidate.user = user_of(rows[0]);
      candidate.hash = rows[0].text("password_hash");
    } else {
      candidate.hash = dummy_hash_;
    }
    TRY(auto origins, transaction.query("SELECT last_success_us FROM sign_in_origin "
                                        "WHERE user_id = :user_id AND address = :address",
                                        {{"user_id", candidate.user.id.value},
                                         {"address", candidate.throttled.address}}));
    candidate.throttled.known_good = !origins.empty();
    TRY(refresh_tree(transaction));
    return candidate;
  });
}

Task<Iam::OpenedSession> IamService::sign_in(const SignIn& attempt) {
  CO_TRY(const Candidate candidate, co_await find_candidate(attempt));
  Result<OpenedSession> opened = fail(Code::kInternal, "iam.sign_in_refused");
  if (auto begun = throttle_.begin(candidate.throttled, clock_.now()); !begun)
    opened = std::unexpected(begun.error());
  else
    opened = co_await check_candidate(attempt, candidate);
  if (!opened) {
    // People type passwords where names belong: names of nobody are not written down.
    Principal by = principal_of(candidate.user);
    if (!candidate.user.id) by.name = "unknown";
    trail_.sign_in_failed(candidate.user.id ? candidate.user.tenant : kProviderTenant, by,
                          attempt.source_ip, opened.error());
  }
  co_return opened;
}

Task<Iam::OpenedSession> IamService::check_candidate(const SignIn& attempt,
                                                     const Candidate& candidate) {
  const std::string password = attempt.password.substr(0, kPasswordMax);
  auto same = co_await is_password(password, candidate.hash);
  if (!same) {
    throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
    co_return std::unexpected(same.error());
  }
  const bool exists = candidate.user.id && candidate.user.active;
  if (!*same || !exists) co_return std::unexpected(refusal());
  if (candidate.user.has_totp && attempt.totp.empty()) {
    throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
    co_return fail(Code::kDenied, "iam.totp_needed");
  }
  auto opened = co_await write<OpenedSession>(
      [&](Transaction& transaction) { return open_session(transaction, attempt, candidate); });
  if (opened)
    throttle_.succeeded(candidate.throttled, Throttle::Success::kForget);
  else if (opened.error().code() == Code::kRetry)
    throttle_.succeeded(candidate.throttled, Throttle::Success::kOnlyTakeBack);
  co_return opened;
}

Result<Iam::OpenedSession> IamService::open_session(Transaction& transaction, const SignIn& attempt,
                                                    const Candidate& candidate) {
  // Read again: the user may have changed since the password was compared.
  TRY(auto rows, transaction.query("SELECT " + std::string(kUserColumns) +
                                       ", u.password_hash FROM iam_user u WHERE u.id = :user_id",
                                   {{"user_id", candidate.user.id.value}}));
  if (rows.empty() || rows[0].text("password_hash") != candidate.hash || !rows[0].flag("active"))
    return std::unexpected(refusal());
  const User user = user_of(rows[0]);
  if (user.has_totp) TRY(use_code(transaction, user.id, attempt.totp));

  const Timestamp now = clock_.now();
  const Lifetime lifetime = lifetime_of(user.role);
  const bool privileged = is_privileged(user.role);
  OpenedSession opened;
  opened.secret = make_bearer_secret(random_);
  opened.user = user;
  opened.user.last_sign_in = now;
  opened.session = {.id = make_public_id(random_),
                    .user = user.id,
                    .created = now,
                    .last_seen = now,
                    .expires = now + lifetime.absolute,
                    .source_ip = attempt.source_ip,
                    .user_agent = attempt.user_agent.substr(0, kUserAgentMax),
                    .second_factor = user.has_totp};
  if (!is_utf8(opened.session.user_agent)) opened.session.user_agent.clear();
  const database::Parameters parameters = {
      {"id", opened.session.id},
      {"tenant_id", user.tenant.value},
      {"user_id", user.id.value},
      {"secret_sha256", digest_of(opened.secret)},
      {"amr", user.has_totp ? "pwd otp" : "pwd"},
      {"second_factor", std::int64_t(user.has_totp)},
      {"privileged", std::int64_t(privileged)},
      {"enrolment_only", std::int64_t(privileged && !user.has_totp)},
      {"source_ip", opened.session.source_ip},
      {"user_agent", opened.session.user_agent},
      {"now_us", to_us(now)},
      {"expires_us", to_us(opened.session.expires)},
      {"idle_limit_us", lifetime.idle.count()},
      {"address", candidate.throttled.address},
      {"forgotten_us", to_us(now - kSessionKept)}};
  TRY(transaction.execute(
      "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
      "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
      "idle_limit_us) VALUES (:id, :tenant_id, :user_id, :secret_sha256, :amr, :second_factor, "
      ":privileged, :enrolment_only, :source_ip, :user_agent, :now_us, :now_us, :expires_us, "
      ":idle_limit_us)",
      parameters));
  TRY(transaction.execute("UPDATE iam_user SET last_sign_in_us = :now_us WHERE id = :user_id",
                          parameters));
  TRY(transaction.execute(
      "INSERT INTO sign_in_origin (user_id, tenant_id, address, last_success_us) "
      "VALUES (:user_id, :tenant_id, :address, :now_us) "
      "ON CONFLICT (user_id, address) DO UPDATE SET last_success_us = :now_us",
      parameters));
  TRY(transaction.execute(
      "DELETE FROM iam_session WHERE user_id = :user_id AND expires_us < :forgotten_us",
      parameters));
  Principal by = principal_of(user);
  by.method = Method::kSession;
  by.credential = opened.session.id;
  TRY(trail_.authenticated(transaction, by,
                           {"iam:SignIn",
                            "belfry:session/" + opened.session.id,
                            {{"second_factor", user.has_totp ? "totp" : "none"}}},
                           attempt.source_ip));
  return opened;
}

Result<> IamService::use_code(Transaction& transaction, UserId user, const std::string& code) {
  TRY(auto factors,
      transaction.query("SELECT id, secret_sealed, last_step FROM mfa_factor "
                        "WHERE user_id = :user_id AND confirmed_us IS NOT NULL ORDER BY id",
                        {{"user_id", user.value}}));
  for (const Row& factor : factors) {
    TRY(const Buffer seed,
        open_secret(keys_, {"totp/" + user.text()}, factor.text("secret_sealed")));
    const auto step = crypto::verify_totp(seed, code, clock_.now(), factor.integer("last_step"));
    if (!step) continue;
    TRY(transaction.execute("UPDATE mfa_factor SET last_step = :step WHERE id = :id",
                            {{"step", *step}, {"id", factor.integer("id")}}));
    return {};
  }
  return std::unexpected(refusal());
}

}  // namespace belfry::iam
