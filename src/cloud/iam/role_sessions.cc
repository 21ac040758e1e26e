// Sessions of roles: temporary credentials.
#include "base/ascii.h"
#include "crypto/hash.h"
#include "held_policies.h"
#include "own_factor.h"
#include "paging.h"
#include "passkey_rule.h"
#include "role_assumption.h"
#include "role_grants.h"
#include "rows.h"
#include "totp_codes.h"

#include <algorithm>
#include <charconv>

namespace belfry::iam {
namespace {

constexpr std::string_view kAction = "sts:AssumeRole";
// Open ones, of the roles of a tenant, of one issuer's tokens, and of one person or subject.
constexpr std::int64_t kOfTenantMax = 10'000, kOfIssuerMax = 5'000, kOfPersonMax = 500;
// After its end a session is still answered as one that has expired.
constexpr Duration kKept = std::chrono::hours(1);
// What AWS allows the policy of a session.
constexpr std::size_t kPolicyMax = 2'048;
constexpr std::size_t kSessionNameMin = 2, kSessionNameMax = 64;

constexpr std::string_view kOpen = "s.ended_us IS NULL AND s.expires_us > :now_us";

Purpose purpose_of(const std::string& id) {
  return {"role_session/" + id};
}

// Session names have no slashes: the two names of an ARN cannot be mixed up.
std::string session_arn(TenantId tenant, const std::string& role, const std::string& session) {
  return "arn:aws:sts::" + account_of(tenant) + ":assumed-role/" + role + "/" + session;
}

bool is_session_name(std::string_view name) {
  return name.size() >= kSessionNameMin && name.size() <= kSessionNameMax &&
         std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || std::string_view("_+=,.@-").contains(c);
         });
}

// "arn:aws:iam::000000000002:role/backup"
std::optional<RoleName> parse_role_arn(std::string_view arn) {
  constexpr std::string_view kBefore = "arn:aws:iam::", kBetween = ":role/";
  constexpr std::size_t kArnMax = 256;
  if (!arn.starts_with(kBefore) || arn.size() > kArnMax) return std::nullopt;
  arn.remove_prefix(kBefore.size());
  std::int64_t account = 0;
  const auto [end, error] = std::from_chars(arn.data(), arn.data() + arn.size(), account);
  const std::string_view rest = arn.substr(std::size_t(end - arn.data()));
  if (error != std::errc() || account <= 0 || !rest.starts_with(kBetween)) return std::nullopt;
  RoleName named{TenantId{account}, std::string(rest.substr(kBetween.size()))};
  // An account has one way of being written, and an ARN too.
  if (account_of(named.tenant) != arn.substr(0, std::size_t(end - arn.data())) ||
      named.name.empty())
    return std::nullopt;
  return named;
}

// The columns that session_of reads, of `role_session s` with its `assumable_role r`.
constexpr std::string_view kSessionColumns =
    "s.*, r.name AS role_name, (SELECT o.url FROM issuer o WHERE o.id = s.issuer_id) AS issuer_url";

RoleSession session_of(const Row& row) {
  return {.id = row.text("id"),
          .role = RoleId{row.integer("role_id")},
          .name = row.text("name"),
          .arn = session_arn(TenantId{row.integer("tenant_id")}, row.text("role_name"),
                             row.text("name")),
          .by = row.text("by_arn"),
          .second_factor = row.flag("second_factor"),
          .created = from_us(row.integer("created_us")),
          .expires = from_us(row.integer("expires_us")),
          .issuer = row.is_null("issuer_url") ? "" : row.text("issuer_url"),
          .subject = row.is_null("subject") ? "" : row.text("subject")};
}

}  // namespace

std::optional<std::vector<std::string>> AssumptionFacts::find(std::string_view key) const {
  if (key == "sts:rolesessionname") return std::vector{wanted_.session_name};
  if (key == "sts:externalid" && !wanted_.external_id.empty())
    return std::vector{wanted_.external_id};
  return std::nullopt;
}

Result<RoleName> check_wanted(const RoleAssumption& wanted) {
  if (!is_session_name(wanted.session_name))
    return fail(Code::kInvalid, "iam.bad_role_session_name");
  if (wanted.policy.size() > kPolicyMax)
    return fail(Code::kInvalid, "policy.too_long", {{"octets_max", std::to_string(kPolicyMax)}});
  if (!wanted.policy.empty()) TRY(policy::compile_known(wanted.policy, policy::Kind::kIdentity));
  auto named = parse_role_arn(wanted.role_arn);
  if (!named) return fail(Code::kInvalid, "iam.bad_role_arn");
  return *std::move(named);
}

Error not_trusted(std::string_view action, const RoleAssumption& wanted) {
  return Error(Code::kDenied, "iam.denied",
               {{"action", std::string(action)}, {"resource", wanted.role_arn}});
}

Result<> check_session_token(const SigningIdentity& identity,
                             const std::optional<std::string_view>& token, Timestamp now) {
  if (!identity.token && !token) return {};
  // As if there were no such key: half of a credential is none.
  if (!token) return fail(Code::kDenied, "iam.unknown_key");
  if (!identity.token ||
      !crypto::equal_constant_time(as_view(digest_of(*token)), as_view(identity.token->sha256)))
    return fail(Code::kDenied, "iam.wrong_session_token");
  if (identity.token->expires <= now) return fail(Code::kDenied, "iam.session_token_expired");
  return {};
}

namespace {

// From whom the session was assumed, and those from whom each before it was.
Result<std::vector<TenantId>> read_tenants_behind(Transaction& transaction, const std::string& id) {
  TRY(auto rows,
      transaction.query("WITH RECURSIVE chain (id, tenant_id, from_id) AS (SELECT s.id, "
                        "s.by_tenant_id, s.chained_from_id FROM role_session s WHERE s.id = :id "
                        "UNION SELECT p.id, p.by_tenant_id, p.chained_from_id FROM role_session p "
                        "JOIN chain c ON p.id = c.from_id) SELECT DISTINCT tenant_id FROM chain",
                        {{"id", id}}));
  std::vector<TenantId> tenants;
  tenants.reserve(rows.size() + 1);
  for (const Row& row : rows) tenants.emplace_back(row.integer("tenant_id"));
  return tenants;
}

}  // namespace

Result<SigningIdentity> read_temporary_identity(Core& core, Transaction& transaction,
                                                const std::string& id) {
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kSessionColumns) +
                            ", COALESCE(u.tenant_id, (SELECT b.tenant_id FROM issuer b WHERE "
                            "b.id = s.issuer_id), s.tenant_id) AS behind_tenant_id, " +
                            std::string(kFactorDemanded) +
                            " FROM role_session s "
                            "JOIN assumable_role r ON r.id = s.role_id "
                            "LEFT JOIN iam_user u ON u.id = s.by_user_id "
                            "WHERE s.id = :id AND s.ended_us IS NULL AND "
                            "(EXISTS (SELECT 1 FROM issuer i WHERE i.id = s.issuer_id AND "
                            "i.purpose <> 'people') OR (s.issuer_id IS NULL AND " +
                            std::string(kWorks) + "))",
                        {{"id", id}}));
  if (rows.empty()) return fail(Code::kDenied, "iam.unknown_key");
  const Row& row = rows[0];
  TRY(const Buffer secret, open_secret(core.keys, purpose_of(id), row.text("secret_sealed")));
  const RoleSession session = session_of(row);
  const TenantId tenant{row.integer("tenant_id")};
  auto assumed = std::make_shared<AssumedRole>();
  assumed->role = session.role;
  assumed->role_arn = "arn:aws:iam::" + account_of(tenant) + ":role/" + row.text("role_name");
  assumed->by = session.by;
  assumed->by_user = UserId{row.integer("by_user_id")};
  TRY(assumed->by_tenants, read_tenants_behind(transaction, id));
  assumed->by_tenants.push_back(TenantId{row.integer("behind_tenant_id")});
  assumed->since = session.created;
  if (const std::string& document = row.text("session_document"); !document.empty()) {
    TRY(auto narrowed, core.held.find(document));
    assumed->narrowed_to.push_back(std::move(narrowed));
  }
  TRY(auto held, read_role_policies(transaction, core.held, session.role, core.clock.now()));
  const auto until = held->until;
  return SigningIdentity{{.tenant = tenant,
                          .name = session.arn,
                          .role = Role::kAssumed,
                          .method = Method::kAccessKey,
                          .credential = id,
                          .second_factor = session.second_factor,
                          .second_factor_at = optional_time(row, "second_factor_us"),
                          .held = std::move(held),
                          .assumed = std::move(assumed),
                          .factor_demanded = row.integer("factor_demanded") > 0},
                         std::string(as_text(secret)),
                         until,
                         SessionToken{row.text("token_sha256"), session.expires}};
}

Task<Listing<RoleSession>> RoleService::list_role_sessions(const Principal& by, RoleId role,
                                                           Page page) {
  using Sessions = Listing<RoleSession>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<Sessions>([&](Transaction& transaction) -> Result<Sessions> {
    TRY(read_role(transaction, by, role, "iam:ListRoleSessions"));
    TRY(auto rows,
        transaction.query("SELECT " + std::string(kSessionColumns) +
                              " FROM role_session s "
                              "JOIN assumable_role r ON r.id = s.role_id "
                              "WHERE s.role_id = :role_id AND " +
                              std::string(kOpen) +
                              " AND (s.created_us > :after_us OR (s.created_us = :after_us AND "
                              "s.id > :after_id)) ORDER BY s.created_us, s.id LIMIT :limit",
                          {{"role_id", role.value},
                           {"now_us", to_us(core_.clock.now())},
                           {"after_us", after.us},
                           {"after_id", after.id},
                           {"limit", rows_of(page)}}));
    std::vector<RoleSession> sessions;
    sessions.reserve(rows.size());
    for (const Row& row : rows) sessions.push_back(session_of(row));
    return page_of(std::move(sessions), page,
                   [](const RoleSession& session) { return text_of(session.created, session.id); });
  });
}

Task<> RoleService::revoke_role_session(const Principal& by, const std::string& id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    const Error missing(Code::kNotFound, "iam.role_session_missing", {{"session", id}});
    TRY(auto rows, transaction.query("SELECT s.role_id, s.name, s.ended_us FROM role_session s "
                                     "WHERE s.id = :id AND s.tenant_id = :tenant_id",
                                     {{"id", id}, {"tenant_id", by.tenant.value}}));
    if (rows.empty()) return std::unexpected(missing);
    const std::string resource = "belfry:role/" + RoleId{rows[0].integer("role_id")}.text();
    TRY(core_.check(by, "iam:RevokeRoleSession", {resource, by.tenant}, missing));
    if (!rows[0].is_null("ended_us")) return Done{};
    TRY(transaction.execute(
        "UPDATE role_session SET ended_us = :now_us WHERE ended_us IS NULL AND id IN " +
            with_those_assumed("s.id = :id"),
        {{"now_us", to_us(core_.clock.now())}, {"id", id}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:RevokeRoleSession",
                             resource,
                             {{"session", rows[0].text("name")}, {"access_key", id}}}));
    return Done{};
  }));
  // Those that it assumed may be of any tenant.
  core_.signing.forget_sessions();
  co_return Result<>();
}

// In a transaction of its own: a code that was right serves no second time, whatever comes of the
// rest.
Task<> RoleService::prove_factor(Assumption& assumption) {
  const std::string& code = assumption.wanted.totp;
  if (code.empty()) co_return Result<>();
  const std::string account = "assume " + assumption.by.user.text();
  const Throttle::Attempt attempt{.account = account, .address = account, .known_good = true};
  CO_TRY(throttle_.begin(attempt, core_.clock.now()));
  if (!assumption.by.user) co_return fail(Code::kDenied, "iam.wrong_code");
  CO_TRY(const bool proved,
         co_await core_.write<bool>([&](Transaction& transaction) -> Result<bool> {
           TRY(const User user, find_user(transaction, assumption.by.user));
           if (wants_passkey(user)) return fail(Code::kDenied, "iam.passkey_not_code");
           return use_totp(core_, transaction, assumption.by.user, code);
         }));
  if (!proved) co_return fail(Code::kDenied, "iam.wrong_code");
  throttle_.succeeded(attempt, Throttle::Success::kForget);
  assumption.by.second_factor = true;
  assumption.by.second_factor_at = core_.clock.now();
  co_return Result<>();
}

Result<> RoleService::find_named(Transaction& transaction, Assumption& assumption) {
  const Error denied = not_trusted(assumption.action, assumption.wanted);
  const RoleName& named = assumption.named;
  TRY(auto rows, transaction.query("SELECT r.*, (SELECT count(*) FROM role_profile h JOIN "
                                   "iam_profile p ON p.id = h.profile_id WHERE h.role_id = r.id "
                                   "AND p.privileged = 1 AND "
                                   "(h.expires_us IS NULL OR h.expires_us > :now_us)) AS "
                                   "privileged_profiles "
                                   "FROM assumable_role r WHERE r.tenant_id = :tenant_id "
                                   "AND r.name = :name",
                                   {{"tenant_id", named.tenant.value},
                                    {"name", named.name},
                                    {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(denied);
  const Row& row = rows[0];
  assumption.owner = named.tenant;
  assumption.role = RoleId{row.integer("id")};
  assumption.role_name = row.text("name");
  assumption.role_max = Duration(row.integer("session_max_us"));
  assumption.is_privileged = row.integer("privileged_profiles") > 0;
  auto trust = trust_.find(row.text("trust_document"));
  // One that an older program took and this one cannot read trusts nobody.
  if (!trust) return std::unexpected(denied);
  assumption.trust = *std::move(trust);
  return {};
}

Result<> RoleService::check_trusted(Transaction& transaction, Assumption& assumption) {
  const RoleAssumption& wanted = assumption.wanted;
  TRY(find_named(transaction, assumption));
  const AssumptionFacts facts(wanted);
  const Context context{core_.clock.now(), wanted.source_ip, wanted.secure, &facts};
  TRY(decide(core_.tree, assumption.by, kAction, {wanted.role_arn, assumption.owner}, context,
             assumption.trust));
  TRY(bool own_factor, has_own_factor(transaction, assumption.by));
  // A code was right, or it would not have come here.
  own_factor = own_factor || !wanted.totp.empty();
  if ((assumption.is_privileged || assumption.by.factor_demanded) && !own_factor)
    return fail(Code::kDenied,
                assumption.is_privileged ? "iam.second_factor_needed" : "iam.factor_demanded",
                {{"action", std::string(kAction)}, {"resource", wanted.role_arn}});
  TRY(core_.check_fresh(assumption.by, kAction, wanted.role_arn));
  // A directory's word ends here: the session outlives the one that it was said for, may be given
  // more, and assumes others.
  if (!own_factor) {
    assumption.by.second_factor = false;
    assumption.by.second_factor_at.reset();
  }
  return {};
}

Result<Duration> RoleService::duration_of(const Assumption& assumption) {
  const bool is_chained = assumption.by.assumed != nullptr;
  const Duration longest =
      is_chained ? std::min(assumption.role_max, kChainedSessionMax) : assumption.role_max;
  Duration duration = assumption.wanted.duration.value_or(std::min(longest, kRoleSessionDefault));
  if (duration < kRoleSessionMin || duration > longest) {
    const auto seconds = [](Duration d) {
      return std::to_string(std::chrono::floor<std::chrono::seconds>(d).count());
    };
    return fail(Code::kInvalid, "iam.bad_session_duration",
                {{"minimum_s", seconds(kRoleSessionMin)}, {"maximum_s", seconds(longest)}});
  }
  return duration;
}

// Nothing outlives what it was assumed with: a token, another session, a right for a time.
Result<> RoleService::find_latest_end(Transaction& transaction, Assumption& assumption) {
  const Principal& by = assumption.by;
  const database::Parameters parameters = {{"credential", by.credential},
                                           {"user_id", by.user.value},
                                           {"now_us", to_us(core_.clock.now())}};
  Timestamp& latest = assumption.latest_end;
  if (by.assumed) {
    // Read again: it may have been revoked since it was recognised.
    TRY(auto rows,
        transaction.query("SELECT s.expires_us, s.issuer_id, s.subject, (SELECT o.url FROM "
                          "issuer o WHERE o.id = s.issuer_id) AS issuer_url FROM "
                          "role_session s WHERE s.id = :credential AND "
                          "s.ended_us IS NULL AND s.expires_us > :now_us",
                          parameters));
    if (rows.empty()) return fail(Code::kDenied, "iam.unknown_key");
    latest = from_us(rows[0].integer("expires_us"));
    if (by.held && by.held->until) latest = std::min(latest, *by.held->until);
    assumption.behind.person = by.assumed->by_user;
    if (!rows[0].is_null("issuer_id"))
      assumption.behind = {{},
                           IssuerId{rows[0].integer("issuer_id")},
                           rows[0].text("subject"),
                           rows[0].is_null("issuer_url") ? "" : rows[0].text("issuer_url")};
    return {};
  }
  assumption.behind.person = by.user;
  if (by.method == Method::kApiToken || by.method == Method::kAccessKey) {
    const bool is_token = by.method == Method::kApiToken;
    TRY(auto rows, transaction.query("SELECT expires_us FROM " +
                                         std::string(is_token ? "api_token" : "access_key") +
                                         " WHERE id = :credential",
                                     parameters));
    if (rows.empty())
      return fail(Code::kDenied, is_token ? "iam.unknown_token" : "iam.unknown_key");
    latest = std::min(latest, optional_time(rows[0], "expires_us").value_or(latest));
  }
  TRY(auto role, transaction.query("SELECT role_until_us FROM iam_user WHERE id = :user_id AND "
                                   "role_until_us > :now_us",
                                   parameters));
  if (!role.empty()) latest = std::min(latest, from_us(role[0].integer("role_until_us")));
  if (by.held && by.held->until) latest = std::min(latest, *by.held->until);
  return {};
}

// Forgets those that ended long ago.
Result<> RoleService::check_room(Transaction& transaction, const Assumption& assumption) {
  const Behind& behind = assumption.behind;
  const database::Parameters parameters = {
      {"tenant_id", assumption.owner.value}, {"user_id", behind.person.value},
      {"issuer_id", behind.issuer.value},    {"subject", behind.subject},
      {"now_us", to_us(core_.clock.now())},  {"forgotten_us", to_us(core_.clock.now() - kKept)}};
  TRY(
      transaction.execute("DELETE FROM role_session WHERE tenant_id = :tenant_id AND "
                          "(expires_us < :forgotten_us OR ended_us < :forgotten_us)",
                          parameters));
  const auto check = [&](const std::string& which, std::int64_t maximum) -> Result<> {
    TRY(auto rows, transaction.query("SELECT count(*) AS n FROM role_session WHERE " + which +
                                         "tenant_id = :tenant_id",
                                     parameters));
    if (rows[0].integer("n") < maximum) return {};
    return fail(Code::kConflict, "iam.too_many_role_sessions",
                {{"maximum", std::to_string(maximum)}});
  };
  const std::string open = "expires_us > :now_us AND ";
  if (behind.issuer) {
    TRY(check("issuer_id = :issuer_id AND subject = :subject AND " + open, kOfPersonMax));
    TRY(check("issuer_id = :issuer_id AND " + open, kOfIssuerMax));
  } else {
    TRY(check("by_user_id = :user_id AND " + open, kOfPersonMax));
  }
  return check("", kOfTenantMax);
}

Result<RoleCredentials> RoleService::open(Transaction& transaction, const Assumption& assumption) {
  const RoleAssumption& wanted = assumption.wanted;
  const Principal& by = assumption.by;
  const Behind& behind = assumption.behind;
  TRY(const Duration duration, duration_of(assumption));
  TRY(check_room(transaction, assumption));
  const Timestamp now = core_.clock.now();
  RoleCredentials made;
  made.session = {.id = make_temporary_key_id(core_.random),
                  .role = assumption.role,
                  .name = wanted.session_name,
                  .arn = session_arn(assumption.owner, assumption.role_name, wanted.session_name),
                  .by = assumption.by_arn,
                  .second_factor = by.second_factor,
                  .created = now,
                  .expires = std::min(now + duration, assumption.latest_end),
                  .issuer = behind.issuer_url,
                  .subject = behind.subject};
  made.secret = make_access_key_secret(core_.random);
  made.token = make_bearer_secret(core_.random);
  TRY(const std::string sealed,
      seal_secret(core_.keys, core_.random, purpose_of(made.session.id), as_view(made.secret)));
  TRY(transaction.execute(
      "INSERT INTO role_session (id, tenant_id, role_id, name, secret_sealed, token_sha256, "
      "session_document, by_tenant_id, by_user_id, by_arn, chained_from_id, second_factor, "
      "second_factor_us, created_us, expires_us, issuer_id, subject) VALUES (:id, :tenant_id, "
      ":role_id, :name, :secret_sealed, :token_sha256, :session_document, :by_tenant_id, "
      ":by_user_id, :by_arn, :chained_from_id, :second_factor, :second_factor_us, :now_us, "
      ":expires_us, :issuer_id, :subject)",
      {{"id", made.session.id},
       {"tenant_id", assumption.owner.value},
       {"role_id", assumption.role.value},
       {"name", made.session.name},
       {"secret_sealed", sealed},
       {"token_sha256", digest_of(made.token)},
       {"session_document", wanted.policy},
       {"by_tenant_id", by.tenant.value},
       {"by_user_id", behind.person.value},
       {"by_arn", made.session.by},
       {"chained_from_id", by.assumed ? database::Value(by.credential) : database::Null{}},
       {"second_factor", std::int64_t(by.second_factor)},
       {"second_factor_us", time_or_null(by.second_factor_at)},
       {"now_us", to_us(now)},
       {"expires_us", to_us(made.session.expires)},
       {"issuer_id", behind.issuer ? database::Value(behind.issuer.value) : database::Null{}},
       {"subject", behind.issuer ? database::Value(behind.subject) : database::Null{}}}));
  TRY(transaction.execute("UPDATE assumable_role SET last_assumed_us = :now_us WHERE id = :id",
                          {{"now_us", to_us(now)}, {"id", assumption.role.value}}));
  return made;
}

void RoleService::log_refusal(const Assumption& assumption, const Error& reason) {
  const Act act{std::string(kAction), assumption.wanted.role_arn, {}};
  core_.trail.refused(assumption.by.tenant, assumption.by, act, reason);
  if (!assumption.owner || !assumption.is_crossing()) return;
  Principal as_owner_sees = assumption.by;
  as_owner_sees.name = arn_of(assumption.by);
  as_owner_sees.user = {};
  as_owner_sees.credential.clear();
  core_.trail.refused(assumption.owner, as_owner_sees, act, reason);
}

Task<RoleCredentials> RoleService::assume_role(const Principal& by, const RoleAssumption& wanted) {
  CO_TRY(RoleName named, check_wanted(wanted));
  Assumption assumption{.action = kAction,
                        .wanted = wanted,
                        .named = std::move(named),
                        .by = by,
                        .by_arn = arn_of(by)};
  if (auto proved = co_await prove_factor(assumption); !proved) {
    if (proved.error().code() == Code::kDenied) log_refusal(assumption, proved.error());
    co_return std::unexpected(proved.error());
  }
  auto made = co_await core_.write<RoleCredentials>(
      [&](Transaction& transaction) -> Result<RoleCredentials> {
        TRY(core_.refresh_tree(transaction));
        TRY(check_trusted(transaction, assumption));
        TRY(find_latest_end(transaction, assumption));
        TRY(auto opened, open(transaction, assumption));
        const RoleSession& session = opened.session;
        TRY(core_.trail.changed_across(transaction, assumption.owner, assumption.by,
                                       {std::string(kAction),
                                        wanted.role_arn,
                                        {{"session", session.arn},
                                         {"access_key", session.id},
                                         {"second_factor", session.second_factor ? "yes" : "no"},
                                         {"expires", format_rfc3339(session.expires)}}}));
        return opened;
      });
  if (!made && made.error().code() == Code::kDenied) log_refusal(assumption, made.error());
  co_return made;
}

}  // namespace belfry::iam
