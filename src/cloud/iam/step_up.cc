// Proving a second factor again, before what a stolen session would be good for.
#include "passkey_rule.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

Throttle::Attempt step_up_attempt(const Principal& by) {
  return {.account = "step up " + by.user.text(),
          .address = "step up " + by.user.text(),
          .known_good = true};
}

}  // namespace

Result<> IamService::check_fresh(const Principal& by, std::string_view action,
                                 const std::string& resource) {
  return core_.check_fresh(by, action, resource);
}

Task<PasskeyRequest> IamService::begin_step_up(const Principal& by, const std::string& origin) {
  CO_TRY(decide(core_.tree, by, "iam:GetSession", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  CO_TRY(Challenge challenge, challenge_at(origin, Challenge::Purpose::kStepUp));
  PasskeyRequest request{.site = challenge.site};
  CO_TRY(request.allowed,
         co_await core_.read<std::vector<KnownPasskey>>([&](Transaction& transaction) {
           return known_passkeys(transaction, by.user, challenge.site);
         }));
  if (request.allowed.empty())
    co_return fail(Code::kDenied, "iam.passkey_missing", {{"site", challenge.site}});
  challenge.user = by.user;
  challenge.session = by.credential;
  request.challenge = challenges_.add(std::move(challenge), "user " + by.user.text(), core_.random,
                                      core_.clock.now());
  co_return request;
}

Task<> IamService::step_up(const Principal& by, const StepUp& shown) {
  CO_TRY(decide(core_.tree, by, "iam:GetSession", {resource_of(by.user), by.tenant}));
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  CO_TRY(throttle_.begin(step_up_attempt(by), core_.clock.now()));
  Evidence evidence{shown.totp, "", shown.passkey, {}};
  if (evidence.passkey) evidence.challenge = take_challenge(evidence.passkey->client_data);
  if (evidence.challenge && (evidence.challenge->purpose != Challenge::Purpose::kStepUp ||
                             evidence.challenge->session != by.credential))
    evidence.challenge.reset();
  auto proved = co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User user, iam::find_user(transaction, by.user));
    if (!user.has_second_factor()) return fail(Code::kConflict, "iam.no_second_factor");
    if (wants_passkey(user) && !evidence.passkey)
      return fail(Code::kDenied, "iam.passkey_step_up_needed");
    auto proof = prove(transaction, by.user, evidence);
    // To who is signed in, and gives no password: what was wrong is the code.
    if (!proof && proof.error().message() == "iam.sign_in_refused")
      return fail(Code::kDenied, "iam.wrong_code");
    if (!proof) return std::unexpected(proof.error());
    // A session that proved none is not made more of here: it signs in.
    TRY(const std::int64_t changed,
        transaction.execute("UPDATE iam_session SET second_factor_us = :now_us, passkey_us = CASE "
                            "WHEN :passkey = 1 THEN :now_us ELSE passkey_us END WHERE id = :id AND "
                            "second_factor = 1 AND ended_us IS NULL",
                            {{"now_us", to_us(core_.clock.now())},
                             {"passkey", std::int64_t(proof->factor == FactorKind::kPasskey)},
                             {"id", by.credential}}));
    if (changed == 0) return fail(Code::kDenied, "iam.unknown_session");
    TRY(confirm_place(transaction, by));
    TRY(core_.trail.authenticated(transaction, by,
                                  {"iam:StepUp",
                                   "belfry:session/" + by.credential,
                                   {{"second_factor", std::string(name_of(proof->factor))}}}));
    return Done{};
  });
  if (proved)
    throttle_.succeeded(step_up_attempt(by), Throttle::Success::kForget);
  else if (proved.error().message() == "iam.passkey_step_up_needed")  // nothing was tried
    throttle_.succeeded(step_up_attempt(by), Throttle::Success::kOnlyTakeBack);
  if (!proved)
    core_.trail.refused(by.tenant, by, {"iam:StepUp", "belfry:session/" + by.credential, {}},
                        proved.error());
  if (!proved) co_return std::unexpected(proved.error());
  co_return Result<>();
}

}  // namespace belfry::iam
