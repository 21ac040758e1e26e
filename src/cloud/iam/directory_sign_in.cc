// Signing in with a tenant's own directory: there and back, then the second factor, if one is due.
#include "base/ascii.h"
#include "crypto/hash.h"
#include "issuer_service.h"
#include "opening.h"
#include "rows.h"
#include "service.h"
#include "sign_in_names.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Since the directory signed what it sends at once.
constexpr Duration kTokenAgeMax = std::chrono::minutes(10);
// Each directory's own address: an answer that another passes on as its own comes back to the wrong
// one (mix-up, RFC 9700, section 4.4.2.2).
constexpr std::string_view kLandingPath = "/signed-in?organisation=";

std::string first_of(std::span<const std::string> values) {
  return values.empty() ? std::string() : values[0];
}

std::string scope_of(const Issuer& issuer) {
  std::string scope = "openid";
  for (const std::string& each : issuer.settings.scopes) scope += " " + each;
  return scope;
}

// RFC 8176.
bool saw_second_factor(const oidc::Claims& claims) {
  const auto methods = claims.find("amr");
  return std::ranges::find(methods, "mfa") != methods.end();
}

// Who was deleted since is one whom nobody knows.
Result<User> find_linked(Transaction& transaction, UserId id) {
  auto user = find_user(transaction, id);
  if (!user && user.error().code() == Code::kNotFound)
    return fail(Code::kDenied, "iam.directory_stranger");
  return user;
}

// Nobody guesses what a browser brings; this bounds how often an address makes directories be
// asked, and lines in the log.
Throttle::Attempt throttled_by_browser(const SignIn& attempt) {
  return {.account = "directory " + digest_of(attempt.directory->browser),
          .address = throttled_address(attempt.source_ip),
          .known_good = true};
}

}  // namespace

bool has_required(const IssuerSettings& settings, const oidc::Claims& claims) {
  if (settings.required_claim.empty()) return true;
  const auto values = claims.find(settings.required_claim);
  return std::ranges::find(values, settings.required_value) != values.end();
}

Task<BegunSignIn> IssuerService::begin_sign_in(const std::string& organisation,
                                               const std::string& origin,
                                               const std::string& source_ip) {
  CO_TRY(is_origin_(origin));
  CO_TRY(const auto asked, directories());
  CO_TRY(const Issuer issuer,
         co_await core_.read<Issuer>([&](Transaction& transaction) -> Result<Issuer> {
           TRY(auto rows,
               transaction.query("SELECT * FROM issuer WHERE organisation = :organisation",
                                 {{"organisation", to_lower(organisation)}}));
           if (rows.empty()) return fail(Code::kNotFound, "iam.organisation_unknown");
           return issuer_of(rows[0]);
         }));
  CO_TRY(const oidc::Metadata metadata, co_await asked->find(issuer.url));
  PendingSignIn pending{
      .issuer = issuer.id,
      .organisation = issuer.settings.organisation,
      .state = make_bearer_secret(core_.random),
      .nonce = make_bearer_secret(core_.random),
      .verifier = make_bearer_secret(core_.random),
      .redirect_url = origin + std::string(kLandingPath) + issuer.settings.organisation,
      .user = {},
      .subject = {}};
  BegunSignIn begun{.url = {}, .browser = make_bearer_secret(core_.random)};
  CO_TRY(begun.url, oidc::sign_in_url(metadata, {.client_id = issuer.settings.client_id,
                                                 .redirect_url = pending.redirect_url,
                                                 .scope = scope_of(issuer),
                                                 .state = pending.state,
                                                 .nonce = pending.nonce,
                                                 .verifier = pending.verifier}));
  pending_.add(digest_of(begun.browser), std::move(pending), throttled_address(source_ip),
               core_.clock.now());
  co_return begun;
}

Task<IssuerService::Arrival> IssuerService::receive(const DirectoryAnswer& answer) {
  const auto wrong = fail(Code::kDenied, "iam.directory_answer");
  CO_TRY(const auto asked, directories());
  const auto pending = pending_.take(digest_of(answer.browser), core_.clock.now());
  if (!pending || pending->user || pending->organisation != answer.organisation ||
      !crypto::equal_constant_time(as_view(pending->state), as_view(answer.state)))
    co_return wrong;
  struct Found {
    Issuer issuer;
    std::string secret;
  };
  CO_TRY(Found found, co_await core_.read<Found>([&](Transaction& transaction) -> Result<Found> {
    TRY(auto rows,
        transaction.query("SELECT * FROM issuer WHERE id = :id", {{"id", pending->issuer.value}}));
    if (rows.empty()) return wrong;
    Found read{issuer_of(rows[0]), {}};
    if (!is_for_people(read.issuer.settings.purpose)) return wrong;
    if (!read.issuer.has_secret) return read;
    TRY(const Buffer secret, open_secret(core_.keys, {"issuer/" + read.issuer.id.text()},
                                         rows[0].text("client_secret_sealed")));
    read.secret = as_text(secret);
    return read;
  }));
  const IssuerSettings& settings = found.issuer.settings;
  CO_TRY(const oidc::Metadata metadata, co_await asked->find(found.issuer.url));
  // An answer that one issuer gave must not be taken for another's (RFC 9207).
  if (answer.issuer.empty() ? metadata.names_itself : answer.issuer != found.issuer.url)
    co_return wrong;
  CO_TRY(const std::string token,
         co_await asked->redeem(found.issuer.url, {settings.client_id, found.secret},
                                {answer.code, pending->redirect_url, pending->verifier}));
  const std::vector<std::string> audiences = {settings.client_id};
  CO_TRY(const oidc::Claims claims, co_await asked->check(token, {.issuer = found.issuer.url,
                                                                  .audiences = audiences,
                                                                  .nonce = pending->nonce,
                                                                  .age_max = kTokenAgeMax}));
  if (!has_required(settings, claims)) co_return fail(Code::kDenied, "iam.directory_stays_out");
  Arrival arrival{.issuer = std::move(found.issuer),
                  .subject = claims.subject,
                  .name = first_of(claims.find("preferred_username")),
                  .email = first_of(claims.find("email")),
                  .factor_shown = saw_second_factor(claims)};
  if (arrival.name.empty()) arrival.name = arrival.email;
  co_return arrival;
}

void IssuerService::keep(const DirectoryAnswer& answer, const Arrival& arrival, UserId user) {
  PendingSignIn pending{.issuer = arrival.issuer.id,
                        .organisation = {},
                        .user = user,
                        .subject = arrival.subject,
                        .factor_shown = arrival.factor_shown};
  pending_.add(digest_of(answer.browser), std::move(pending), "user " + user.text(),
               core_.clock.now());
}

std::optional<PendingSignIn> IssuerService::identified(const std::string& browser) {
  auto pending = pending_.look(digest_of(browser), core_.clock.now());
  if (!pending || !pending->user) return std::nullopt;
  return pending;
}

void IssuerService::forget(const std::string& browser) {
  static_cast<void>(pending_.take(digest_of(browser), core_.clock.now()));
}

// What the directory's word is worth: the first factor; the second too, where the tenant says so
// and nobody privileged comes by it.
Result<Iam::OpenedSession> IamService::admit(Transaction& transaction, const SignIn& attempt,
                                             const Admission& admission) {
  TRY(const User user, find_linked(transaction, admission.user));
  TRY(auto rows,
      transaction.query("SELECT * FROM issuer WHERE id = :id", {{"id", admission.issuer.value}}));
  if (rows.empty() || !user.active) return fail(Code::kDenied, "iam.directory_stranger");
  const Issuer issuer = issuer_of(rows[0]);
  // Read again: the link may have gone while the second factor was awaited.
  TRY(auto links, transaction.query("SELECT linked_by_user_id FROM issuer_subject WHERE "
                                    "issuer_id = :issuer_id AND subject = :subject AND "
                                    "user_id = :user_id",
                                    {{"issuer_id", issuer.id.value},
                                     {"subject", admission.subject},
                                     {"user_id", user.id.value}}));
  if (user.tenant != issuer.tenant || user.owner || links.empty())
    return fail(Code::kDenied, "iam.directory_stranger");
  Opening opening{attempt, user, {}, "fed", &issuer};
  const bool is_believed =
      admission.factor_shown && issuer.settings.trusts_factors && !user.privileged;
  if (is_believed) {
    opening.proof = Proof{FactorKind::kDirectory, "mfa"};
  } else if (user.has_second_factor()) {
    if (admission.evidence.empty())
      return fail(Code::kDenied, user.has_totp ? "iam.totp_needed" : "iam.passkey_needed",
                  {{"passkey", user.passkeys > 0 ? "yes" : "no"}});
    TRY(opening.proof, prove(transaction, user.id, admission.evidence));
  }
  // Who has become privileged since another one linked it enrols its first factor by the password.
  const bool linked_by_other = !links[0].is_null("linked_by_user_id") &&
                               links[0].integer("linked_by_user_id") != user.id.value;
  if (user.privileged && !opening.proof && linked_by_other)
    return fail(Code::kDenied, "iam.directory_enrols_nobody");
  if (opening.proof) opening.amr += " " + opening.proof->amr;
  return open_session(transaction, opening);
}

Task<Iam::OpenedSession> IamService::sign_in_with_directory(const SignIn& attempt) {
  User who{};
  auto opened = attempt.directory->code.empty() ? co_await finish_with_factor(attempt, who)
                                                : co_await come_back(attempt, who);
  if (!opened) log_failure(attempt, principal_of(who), opened.error());
  co_return opened;
}

Task<Iam::OpenedSession> IamService::come_back(const SignIn& attempt, User& who) {
  const Throttle::Attempt throttled = throttled_by_browser(attempt);
  CO_TRY(throttle_.begin(throttled, core_.clock.now()));
  auto arrival = co_await issuers_.receive(*attempt.directory);
  if (!arrival) {
    // As a directory that is not there.
    if (is_nobodys_fault(arrival.error()))
      throttle_.succeeded(throttled, Throttle::Success::kOnlyTakeBack);
    co_return std::unexpected(arrival.error());
  }
  throttle_.succeeded(throttled, Throttle::Success::kForget);
  arrival->source_ip = attempt.source_ip;
  CO_TRY(who, co_await core_.write<User>([&](Transaction& transaction) -> Result<User> {
    TRY(core_.refresh_tree(transaction));
    return issuers_.resolve(transaction, *arrival, nobodys_hash_);
  }));
  auto opened =
      co_await core_.write<OpenedSession>([&](Transaction& transaction) -> Result<OpenedSession> {
        return admit(transaction, attempt,
                     {who.id, arrival->issuer.id, arrival->subject, arrival->factor_shown, {}});
      });
  if (opened) co_return opened;
  const std::string& reason = opened.error().message();
  if (reason == "iam.totp_needed" || reason == "iam.passkey_needed")
    issuers_.keep(*attempt.directory, *arrival, who.id);
  co_return opened;
}

// At a place codes are counted together with the tries at the password; from places that are new,
// apart: strangers to the directory use none of them up. What nobody guesses passes both. Two codes
// in a row are codes here: the directory vouches for the rest, and may try for years.
Task<Throttle::Attempt> IamService::throttled_by_factor(const SignIn& attempt, const User& user) {
  if (attempt.passkey) co_return co_await throttled_by_passkey(attempt);
  co_return co_await core_.read<Throttle::Attempt>(
      [&](Transaction& transaction) -> Result<Throttle::Attempt> {
        TRY(core_.refresh_tree(transaction));
        const SignInName name = read_sign_in_name(sign_in_name(core_.tree, user));
        TRY(Throttle::Attempt throttled,
            throttled_at_place(transaction, attempt, {.user = user.id, .row = user.id},
                               name.text()));
        throttled.by_directory = true;
        if (attempt.recovery_code.empty()) return throttled;
        TRY(const bool is_right, shows_recovery_code(transaction, user.id, attempt.recovery_code));
        if (is_right) throttled.shown = Throttle::Attempt::Shown::kProof;
        return throttled;
      });
}

Task<Iam::OpenedSession> IamService::finish_with_factor(const SignIn& attempt, User& who) {
  const auto pending = issuers_.identified(attempt.directory->browser);
  if (!pending) {
    CO_TRY(throttle_.begin(throttled_by_browser(attempt), core_.clock.now()));
    co_return fail(Code::kDenied, "iam.directory_answer");
  }
  CO_TRY(who, co_await core_.read<User>([&](Transaction& transaction) {
    return find_linked(transaction, pending->user);
  }));
  CO_TRY(const Throttle::Attempt throttled, co_await throttled_by_factor(attempt, who));
  CO_TRY(throttle_.begin(throttled, core_.clock.now()));
  const Evidence evidence = evidence_of(attempt);
  auto opened =
      co_await core_.write<OpenedSession>([&](Transaction& transaction) -> Result<OpenedSession> {
        TRY(core_.refresh_tree(transaction));
        return admit(transaction, attempt,
                     {who.id, pending->issuer, pending->subject, pending->factor_shown, evidence});
      });
  if (opened) {
    throttle_.succeeded(throttled, Throttle::Success::kForget);
    issuers_.forget(attempt.directory->browser);
  } else if (evidence.empty() || is_nobodys_fault(opened.error())) {
    throttle_.succeeded(throttled, Throttle::Success::kOnlyTakeBack);
  }
  co_return opened;
}

}  // namespace belfry::iam
