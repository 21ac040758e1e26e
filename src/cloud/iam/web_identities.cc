// Roles that are assumed with a token of an issuer (AWS STS API Reference,
// "AssumeRoleWithWebIdentity").
#include "crypto/hash.h"
#include "issuer_service.h"
#include "policy/federation.h"
#include "request_facts.h"
#include "role_assumption.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::string_view kAction = policy::kWebIdentityAction;
// Of what a token says that nobody proved: the log is not filled by it.
constexpr std::size_t kShownMax = 255;

std::string shown(const std::string& text) {
  return text.size() <= kShownMax ? text : "(" + std::to_string(text.size()) + " octets)";
}

WebIdentity identity_of(const oidc::Claims& claims) {
  std::string first = claims.audiences.empty() ? "" : claims.audiences[0];
  return {claims.issuer, claims.subject, claims.authorized_party.value_or(std::move(first))};
}

// Nobody has an account here.
Principal bearer(TenantId tenant, std::string name, const std::string& source_ip) {
  return {.tenant = tenant,
          .user = {},
          .name = std::move(name),
          .role = Role::kAssumed,
          .method = Method::kNone,
          .credential = {},
          .source_ip = source_ip};
}

// Whatever makes it doubtful who signed: whether the issuer is registered here is not told.
bool is_about_signer(const Error& error) {
  constexpr std::string_view kMessages[] = {"oidc.unknown_key", "oidc.bad_signature",
                                            "oidc.wrong_issuer"};
  return std::ranges::find(kMessages, error.message()) != std::end(kMessages);
}

class TokenFacts : public policy::Facts {
 public:
  TokenFacts(const RoleAssumption& wanted, const std::string& issuer_arn, WebIdentity identity)
      : asked_(wanted),
        subject_key_(policy::subject_key(issuer_arn)),
        audience_key_(policy::audience_key(issuer_arn)),
        identity_(std::move(identity)) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    if (key == subject_key_) return std::vector{identity_.subject};
    if (key == audience_key_) return std::vector{identity_.audience};
    return asked_.find(key);
  }

 private:
  const AssumptionFacts asked_;
  const std::string subject_key_, audience_key_;
  const WebIdentity identity_;
};

}  // namespace

// What is known so far of who comes.
struct RoleService::Arrival {
  const RoleAssumption& wanted;
  RoleName named;
  oidc::Claims claims{};           // as the token has them; believed once it is proved
  std::optional<Issuer> issuer{};  // of the role's tenant, for programs
  bool has_role = false;           // somebody is told what came of it
  bool is_proved = false;

  std::string name() const {
    const WebIdentity identity = identity_of(claims);
    return is_proved ? issuer->arn + ":" + identity.audience + ":" + identity.subject
                     : "token that nobody here signed";
  }
};

Result<> RoleService::check_pace(const Throttle::Attempt& attempt) {
  TRY(throttle_.begin(attempt, core_.clock.now()));
  throttle_.succeeded(attempt, Throttle::Success::kOnlyTakeBack);
  return {};
}

// Reads who could be meant: the role, and the issuer that the token names.
Task<> RoleService::look_around(Arrival& arrival) {
  CO_TRY(const auto asked, directories_());
  // What is no address is nobody's.
  const bool has_address =
      oidc::check_issuer(arrival.claims.issuer, asked->transport()).has_value();
  CO_TRY(co_await core_.read<Done>([&](Transaction& transaction) -> Result<Done> {
    const database::Parameters parameters = {
        {"tenant_id", arrival.named.tenant.value},
        {"name", arrival.named.name},
        {"url", has_address ? arrival.claims.issuer : std::string()}};
    TRY(auto roles, transaction.query("SELECT id FROM assumable_role WHERE tenant_id = "
                                      ":tenant_id AND name = :name",
                                      parameters));
    arrival.has_role = !roles.empty();
    TRY(auto issuers, transaction.query("SELECT * FROM issuer WHERE tenant_id = :tenant_id AND "
                                        "url = :url",
                                        parameters));
    if (!issuers.empty()) arrival.issuer = issuer_of(issuers[0]);
    if (arrival.issuer && !is_for_programs(arrival.issuer->settings.purpose))
      arrival.issuer.reset();
    return Done{};
  }));
  co_return Result<>();
}

Task<> RoleService::prove(Arrival& arrival, const std::string& token) {
  auto read = oidc::parse_token(token);
  if (read) arrival.claims = std::move(read->claims);
  CO_TRY(co_await look_around(arrival));
  if (!read) co_return std::unexpected(read.error());
  const auto stranger = fail(Code::kDenied, "iam.no_web_identity");
  if (!arrival.issuer) co_return stranger;
  const IssuerSettings& settings = arrival.issuer->settings;
  CO_TRY(const auto asked, directories_());
  auto claims = co_await asked->check(token, {.issuer = arrival.issuer->url,
                                              .audiences = settings.audiences,
                                              .nonce = {},
                                              .age_max = kWebIdentityAgeMax});
  if (!claims && is_about_signer(claims.error())) co_return stranger;
  // What is denied by now was signed by the issuer, and is not good for something else.
  arrival.is_proved = claims || claims.error().code() == Code::kDenied;
  if (!claims) co_return std::unexpected(claims.error());
  if (!has_required(settings, *claims)) co_return fail(Code::kDenied, "iam.web_identity_stays_out");
  co_return Result<>();
}

Result<> RoleService::check_token_trusted(Transaction& transaction, Assumption& assumption,
                                          const Arrival& arrival) {
  TRY(find_named(transaction, assumption));
  const Error denied = not_trusted(kAction, arrival.wanted);
  const WebIdentity identity = identity_of(arrival.claims);
  // Read again: the issuer may be another by now, or gone.
  TRY(auto rows,
      transaction.query("SELECT * FROM issuer WHERE id = :id", {{"id", arrival.issuer->id.value}}));
  if (rows.empty()) return std::unexpected(denied);
  const Issuer issuer = issuer_of(rows[0]);
  const auto& audiences = issuer.settings.audiences;
  if (!is_for_programs(issuer.settings.purpose) || issuer.tenant != assumption.owner ||
      std::ranges::find(audiences, identity.audience) == audiences.end())
    return std::unexpected(denied);
  const TokenFacts said(arrival.wanted, issuer.arn, identity);
  const Context context{core_.clock.now(), arrival.wanted.source_ip, arrival.wanted.secure, &said};
  const Principal nobody{};
  const Resource resource{arrival.wanted.role_arn, assumption.owner};
  const RequestFacts facts(core_.tree, nobody, resource, assumption.owner, context);
  if (!policy::trusts_token(*assumption.trust, issuer.arn, facts)) return std::unexpected(denied);
  TRY(check_going_on(core_.tree, assumption.owner));
  if (assumption.is_privileged) return fail(Code::kDenied, "iam.privileged_by_token");
  assumption.latest_end = arrival.claims.issued + kWebIdentityAgeMax;
  if (assumption.latest_end <= core_.clock.now()) return fail(Code::kDenied, "oidc.token_expired");
  return {};
}

Task<RoleCredentials> RoleService::open_for(const Arrival& arrival) {
  const WebIdentity identity = identity_of(arrival.claims);
  Assumption assumption{
      .action = kAction,
      .wanted = arrival.wanted,
      .named = arrival.named,
      .by = bearer(arrival.named.tenant, arrival.name(), arrival.wanted.source_ip),
      .by_arn = arrival.name(),
      .behind = {{}, arrival.issuer->id, identity.subject, identity.issuer}};
  co_return co_await core_.write<RoleCredentials>(
      [&](Transaction& transaction) -> Result<RoleCredentials> {
        TRY(core_.refresh_tree(transaction));
        TRY(check_token_trusted(transaction, assumption, arrival));
        TRY(auto opened, open(transaction, assumption));
        TRY(core_.trail.authenticated(transaction, assumption.by,
                                      {std::string(kAction),
                                       arrival.wanted.role_arn,
                                       {{"issuer", identity.issuer},
                                        {"subject", identity.subject},
                                        {"audience", identity.audience},
                                        {"session", opened.session.arn},
                                        {"access_key", opened.session.id},
                                        {"second_factor", "no"},
                                        {"expires", format_rfc3339(opened.session.expires)}}}));
        return opened;
      });
}

void RoleService::log_refusal(const Arrival& arrival, const Error& reason) {
  if (!arrival.has_role) return;
  const WebIdentity identity = identity_of(arrival.claims);
  core_.trail.refused(arrival.named.tenant,
                      bearer(arrival.named.tenant, arrival.name(), arrival.wanted.source_ip),
                      {std::string(kAction),
                       arrival.wanted.role_arn,
                       {{"issuer", shown(identity.issuer)},
                        {"subject", shown(identity.subject)},
                        {"audience", shown(identity.audience)},
                        {"signed_by_issuer", arrival.is_proved ? "yes" : "no"},
                        {"session", arrival.wanted.session_name}}},
                      reason);
}

Task<WebIdentityCredentials> RoleService::assume_with_token(const RoleAssumption& wanted,
                                                            const std::string& token) {
  CO_TRY(RoleName named, check_wanted(wanted));
  Arrival arrival{.wanted = wanted, .named = std::move(named)};
  // Anybody may try: an address that shows what is not good waits longer each time. Its subject
  // does not, whatever the token says: those that have expired are found in logs of jobs.
  const Throttle::Attempt unproved{.account = "token " + digest_of(token),
                                   .address = throttled_address(wanted.source_ip),
                                   .known_good = true};
  CO_TRY(check_pace(unproved));
  if (auto proved = co_await prove(arrival, token); !proved) {
    // An issuer that is not there is nobody's failure.
    if (proved.error().code() == Code::kDenied)
      static_cast<void>(throttle_.begin(unproved, core_.clock.now()));
    log_refusal(arrival, proved.error());
    co_return std::unexpected(proved.error());
  }
  // Whom its issuer does know waits by itself, and not all who share its address.
  const std::string subject =
      "subject " + arrival.issuer->id.text() + " " + digest_of(arrival.claims.subject);
  const Throttle::Attempt refused{.account = subject, .address = subject, .known_good = true};
  CO_TRY(check_pace(refused));
  auto made = co_await open_for(arrival);
  if (!made && made.error().code() == Code::kDenied) {
    static_cast<void>(throttle_.begin(refused, core_.clock.now()));
    log_refusal(arrival, made.error());
  }
  if (!made) co_return std::unexpected(made.error());
  throttle_.succeeded(refused, Throttle::Success::kForget);
  co_return WebIdentityCredentials{*std::move(made), identity_of(arrival.claims)};
}

}  // namespace belfry::iam
