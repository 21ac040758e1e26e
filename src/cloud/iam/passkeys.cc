// Passkeys: enrolling one, and proving oneself with it.
#include "base/text_encoding.h"
#include "rows.h"
#include "service.h"
#include "sign_in_names.h"
#include "webauthn.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kPasskeysMax = 20;  // of a user
constexpr std::size_t kLabelMax = 100, kTransportsMax = 8, kTransportLengthMax = 16;

// What an authenticator keeps of the user: nothing that says who it is (WebAuthn, section 14.6.1).
Buffer handle_of(UserId user) {
  return to_buffer("user " + user.text());
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// Hints of the browser, given back to it later: what does not look like one is left out.
std::string text_of(const std::vector<std::string>& transports) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& word : transports) {
    const bool is_hint =
        !word.empty() && word.size() <= kTransportLengthMax &&
        std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
    if (is_hint && count++ < kTransportsMax) text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

KnownPasskey known_of(const Row& row) {
  return {from_base64url(row.text("credential_id")).value_or(Buffer()),
          words_of(row.text("transports"))};
}

webauthn::Credential credential_of(const Row& row) {
  return {.id = from_base64url(row.text("credential_id")).value_or(Buffer()),
          .algorithm = int(row.integer("algorithm")),
          .public_key = from_base64(row.text("public_key")).value_or(Buffer()),
          .sign_count = std::uint32_t(row.integer("sign_count")),
          .backup_eligible = row.flag("backup_eligible"),
          .backed_up = row.flag("backed_up"),
          .user_verified = row.flag("user_verified")};
}

webauthn::Expected expected_of(const Challenge& challenge) {
  return {.challenge = challenge.octets,
          .origin = challenge.origin,
          .site = challenge.site,
          .verify_user = challenge.verify_user};
}

// The host name of "https://name:port".
std::string site_of(std::string_view origin) {
  origin.remove_prefix(std::min(origin.find("://") + 3, origin.size()));
  return std::string(origin.substr(0, origin.find(':')));
}

}  // namespace

void IamService::accept_origins(std::vector<std::string> origins) {
  std::lock_guard lock(origins_mutex_);
  origins_ = std::move(origins);
}

// The challenge of a ceremony at `origin`, not yet added. Errors: invalid ("iam.passkey_not_here").
Result<Challenge> IamService::challenge_at(const std::string& origin, Challenge::Purpose purpose) {
  std::lock_guard lock(origins_mutex_);
  if (std::ranges::find(origins_, origin) == origins_.end()) {
    std::string all;
    for (const std::string& each : origins_) all += (all.empty() ? "" : ", ") + each;
    return fail(Code::kInvalid, "iam.passkey_not_here", {{"origins", all}});
  }
  Challenge challenge;
  challenge.purpose = purpose;
  challenge.origin = origin;
  challenge.site = site_of(origin);
  return challenge;
}

// What was begun and is now answered. A challenge is good once, so it is taken before anything is
// looked at.
std::optional<Challenge> IamService::take_challenge(const Buffer& client_data) {
  auto octets = webauthn::challenge_of(client_data);
  if (!octets) return std::nullopt;
  auto own = challenges_.take(*octets, core_.clock.now());
  return own ? std::move(own) : strangers_challenges_.take(*octets, core_.clock.now());
}

Result<std::vector<KnownPasskey>> IamService::known_passkeys(Transaction& transaction, UserId user,
                                                             const std::string& site) {
  TRY(auto rows, transaction.query("SELECT credential_id, transports FROM passkey "
                                   "WHERE user_id = :user_id AND site = :site ORDER BY factor_id",
                                   {{"user_id", user.value}, {"site", site}}));
  std::vector<KnownPasskey> known;
  known.reserve(rows.size());
  for (const Row& row : rows) known.push_back(known_of(row));
  return known;
}

// Whoever has only the password must not add or take away a factor of somebody who has one.
Result<User> IamService::may_change_factors(Transaction& transaction, const Principal& by) {
  TRY(User user, iam::find_user(transaction, by.user));
  if (user.has_second_factor() && !by.second_factor)
    return fail(Code::kDenied, "iam.second_factor_needed",
                {{"action", "iam:ManageOwnFactors"}, {"resource", resource_of(by.user)}});
  return user;
}

Task<PasskeyCreation> IamService::begin_passkey(const Principal& by, const std::string& origin) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  CO_TRY(Challenge challenge, challenge_at(origin, Challenge::Purpose::kCreate));
  CO_TRY(auto creation, co_await core_.read<PasskeyCreation>(
                            [&](Transaction& transaction) -> Result<PasskeyCreation> {
                              TRY(const User user, may_change_factors(transaction, by));
                              TRY(core_.check_fresh(by, "iam:AddPasskey", resource_of(by.user)));
                              TRY(auto known, known_passkeys(transaction, by.user, challenge.site));
                              return PasskeyCreation{.site = challenge.site,
                                                     .user_handle = handle_of(by.user),
                                                     .user_name = sign_in_name(core_.tree, user),
                                                     .excluded = std::move(known)};
                            }));
  challenge.user = by.user;
  challenge.session = by.credential;
  creation.challenge = challenges_.add(std::move(challenge), "user " + by.user.text(), core_.random,
                                       core_.clock.now());
  co_return creation;
}

Task<AddedPasskey> IamService::finish_passkey(const Principal& by, const std::string& label,
                                              const PasskeyAttestation& attestation) {
  CO_TRY(decide(core_.tree, by, "iam:ManageOwnFactors", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  const auto challenge = take_challenge(attestation.client_data);
  if (label.empty() || label.size() > kLabelMax || !is_utf8(label))
    co_return fail(Code::kInvalid, "iam.bad_passkey_label");
  const bool is_own = challenge && challenge->purpose == Challenge::Purpose::kCreate &&
                      challenge->user == by.user && challenge->session == by.credential;
  auto checked = is_own ? webauthn::check_attestation(attestation, expected_of(*challenge))
                        : fail(Code::kDenied, "iam.passkey_wrong_request");
  if (!checked) {
    core_.trail.refused(by.tenant, by, {"iam:AddPasskey", resource_of(by.user), {}},
                        checked.error());
    co_return std::unexpected(checked.error());
  }
  auto added =
      co_await core_.write<AddedPasskey>([&](Transaction& transaction) -> Result<AddedPasskey> {
        TRY(const User user, may_change_factors(transaction, by));
        TRY(Factor factor, insert_passkey(transaction, by, label, *challenge, *checked,
                                          text_of(attestation.transports)));
        TRY(RenewedSession session,
            gain_factor(transaction, by, user, FactorKind::kPasskey, "pwd " + amr_of(*checked)));
        TRY(core_.trail.changed(
            transaction, by.tenant, by,
            {"iam:AddPasskey",
             resource_of(by.user),
             {{"factor", factor.id}, {"label", label}, {"site", factor.site}}}));
        return AddedPasskey{std::move(factor), std::move(session)};
      });
  // What its keys were made with counts from now on.
  if (added) core_.signing.forget_user(by.user);
  co_return added;
}

Result<Factor> IamService::insert_passkey(Transaction& transaction, const Principal& by,
                                          const std::string& label, const Challenge& challenge,
                                          const webauthn::Credential& credential,
                                          const std::string& transports) {
  const Timestamp now = core_.clock.now();
  const std::int64_t id = core_.random.id();
  const database::Parameters parameters = {
      {"id", id},
      {"tenant_id", by.tenant.value},
      {"user_id", by.user.value},
      {"label", label},
      {"credential_id", to_base64url(credential.id)},
      {"site", challenge.site},
      {"algorithm", std::int64_t(credential.algorithm)},
      {"public_key", to_base64(credential.public_key)},
      {"sign_count", std::int64_t(credential.sign_count)},
      {"backup_eligible", std::int64_t(credential.backup_eligible)},
      {"backed_up", std::int64_t(credential.backed_up)},
      {"user_verified", std::int64_t(credential.user_verified)},
      {"transports", transports},
      {"now_us", to_us(now)}};
  TRY(auto count,
      transaction.query("SELECT count(*) AS n FROM passkey WHERE user_id = :user_id", parameters));
  if (count[0].integer("n") >= kPasskeysMax)
    return fail(Code::kConflict, "iam.too_many_passkeys",
                {{"maximum", std::to_string(kPasskeysMax)}});
  TRY(auto same,
      transaction.query("SELECT factor_id FROM passkey WHERE credential_id = :credential_id",
                        parameters));
  if (!same.empty()) return fail(Code::kConflict, "iam.passkey_exists");
  TRY(transaction.execute(
      "INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, last_step, created_us, "
      "confirmed_us, label) VALUES (:id, :tenant_id, :user_id, 'passkey', '', 0, :now_us, :now_us, "
      ":label)",
      parameters));
  TRY(transaction.execute(
      "INSERT INTO passkey (factor_id, tenant_id, user_id, credential_id, site, algorithm, "
      "public_key, sign_count, backup_eligible, backed_up, user_verified, transports) VALUES (:id, "
      ":tenant_id, :user_id, :credential_id, :site, :algorithm, :public_key, :sign_count, "
      ":backup_eligible, :backed_up, :user_verified, :transports)",
      parameters));
  return Factor{.id = std::to_string(id),
                .kind = FactorKind::kPasskey,
                .label = label,
                .created = now,
                .last_used = {},
                .site = challenge.site,
                .backed_up = credential.backed_up,
                .alone_suffices = credential.user_verified};
}

Result<UserId> IamService::owner_of(Transaction& transaction, const PasskeyAssertion& assertion) {
  TRY(auto rows,
      transaction.query("SELECT user_id FROM passkey WHERE credential_id = :credential_id",
                        {{"credential_id", to_base64url(assertion.credential_id)}}));
  if (rows.empty()) return fail(Code::kDenied, "iam.passkey_unknown");
  return UserId{rows[0].integer("user_id")};
}

Result<IamService::Proof> IamService::use_passkey(Transaction& transaction, UserId user,
                                                  const Evidence& evidence) {
  const PasskeyAssertion& assertion = *evidence.passkey;
  TRY(auto rows,
      transaction.query(
          "SELECT * FROM passkey WHERE credential_id = :credential_id AND user_id = :user_id",
          {{"credential_id", to_base64url(assertion.credential_id)}, {"user_id", user.value}}));
  const bool is_anothers =
      !assertion.user_handle.empty() && assertion.user_handle != handle_of(user);
  if (rows.empty() || is_anothers) return fail(Code::kDenied, "iam.passkey_unknown");
  const auto& challenge = evidence.challenge;
  if (!challenge || (challenge->user && challenge->user != user))
    return fail(Code::kDenied, "iam.passkey_wrong_request");
  if (rows[0].text("site") != challenge->site)
    return fail(Code::kDenied, "iam.passkey_wrong_site", {{"site", challenge->site}});
  TRY(const webauthn::Credential used,
      webauthn::check_assertion(assertion, credential_of(rows[0]), expected_of(*challenge)));
  const database::Parameters parameters = {{"id", rows[0].integer("factor_id")},
                                           {"sign_count", std::int64_t(used.sign_count)},
                                           {"backed_up", std::int64_t(used.backed_up)},
                                           {"now_us", to_us(core_.clock.now())}};
  TRY(transaction.execute(
      "UPDATE passkey SET sign_count = :sign_count, backed_up = :backed_up WHERE factor_id = :id",
      parameters));
  TRY(transaction.execute("UPDATE mfa_factor SET last_used_us = :now_us WHERE id = :id",
                          parameters));
  return Proof{FactorKind::kPasskey, amr_of(used)};
}

// RFC 8176: a key that may be copied is as good as software; somebody was there.
std::string IamService::amr_of(const webauthn::Credential& credential) {
  return credential.backup_eligible ? "swk user mfa" : "hwk user mfa";
}

Task<PasskeyRequest> IamService::begin_passkey_sign_in(const PasskeySignIn& attempt) {
  CO_TRY(Challenge challenge, challenge_at(attempt.origin, Challenge::Purpose::kSignIn));
  PasskeyRequest request{
      .site = challenge.site, .allowed = {}, .verify_user = attempt.user.empty()};
  challenge.verify_user = request.verify_user;
  if (!attempt.user.empty()) {
    const SignIn as_sign_in{attempt.user, attempt.password, "", attempt.source_ip, ""};
    CO_TRY(challenge.user, co_await check_password_alone(as_sign_in));
    CO_TRY(request.allowed,
           co_await core_.read<std::vector<KnownPasskey>>([&](Transaction& transaction) {
             return known_passkeys(transaction, challenge.user, challenge.site);
           }));
    if (request.allowed.empty())
      co_return fail(Code::kDenied, "iam.passkey_missing", {{"site", challenge.site}});
  }
  request.challenge = strangers_challenges_.add(std::move(challenge),
                                                "address " + throttled_address(attempt.source_ip),
                                                core_.random, core_.clock.now());
  co_return request;
}

}  // namespace belfry::iam
