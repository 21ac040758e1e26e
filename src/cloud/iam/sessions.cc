// Sessions, and who a bearer secret belongs to.
#include "held_policies.h"
#include "own_factor.h"
#include "paging.h"
#include "passkey_rule.h"
#include "places.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

// Writing the last use down at each request would cost a sync each.
constexpr Duration kSeenEvery = std::chrono::seconds(30);
constexpr std::size_t kSecretLength = 64;

std::optional<FactorKind> factor_named(std::string_view name) {
  for (FactorKind kind :
       {FactorKind::kTotp, FactorKind::kPasskey, FactorKind::kRecoveryCode, FactorKind::kDirectory})
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

Session session_of(const Row& row) {
  return {.id = row.text("id"),
          .user = UserId{row.integer("user_id")},
          .created = from_us(row.integer("created_us")),
          .last_seen = from_us(row.integer("last_seen_us")),
          .expires = from_us(row.integer("expires_us")),
          .source_ip = row.text("source_ip"),
          .user_agent = row.text("user_agent"),
          .second_factor = row.flag("second_factor"),
          .factor = factor_named(row.text("factor")),
          .second_factor_at = optional_time(row, "second_factor_us"),
          .issuer = row.is_null("issuer_url") ? "" : row.text("issuer_url")};
}

constexpr std::string_view kOpen =
    "s.ended_us IS NULL AND s.expires_us > :now_us AND s.last_seen_us + s.idle_limit_us > :now_us";

struct Seen {
  Principal principal;
  bool write_down = false, is_new_place = false;
};

PasskeyDue passkey_due(const Row& row, Role role) {
  if (!wants_passkey(role, std::size_t(row.integer("passkeys"))) || !row.is_null("passkey_us"))
    return PasskeyDue::kNo;
  // Who lost the passkey came by a recovery code, and gets a new one.
  return row.text("factor") == name_of(FactorKind::kRecoveryCode) ? PasskeyDue::kForRights
                                                                  : PasskeyDue::kForAll;
}

// Who asks with the secret of a session, from `place`. Errors: denied ("iam.unknown_session").
Result<Seen> read_session(Core& core, Transaction& transaction, const std::string& secret,
                          const std::string& place) {
  const Timestamp now = core.clock.now();
  TRY(auto rows,
      transaction.query(
          "SELECT s.id AS session_id, s.second_factor, s.second_factor_us, s.factor, "
          "s.passkey_us, s.source_ip, s.user_agent, p.place, p.confirmed_us, "
          "s.last_seen_us, u.id, u.tenant_id, u.name, "
          "(SELECT count(*) FROM passkey k WHERE k.user_id = u.id) AS passkeys, " +
              std::string(kRoleNow) + ", " + std::string(kFactorDemanded) + ", " +
              std::string(kTermsDue) +
              " AS terms_due FROM iam_session s "
              "JOIN iam_user u ON u.id = s.user_id "
              "LEFT JOIN session_place p ON p.session_id = s.id AND p.place = :place "
              "WHERE s.secret_sha256 = :secret_sha256 AND u.active = 1 AND " +
              std::string(kOpen),
          {{"secret_sha256", digest_of(secret)}, {"place", place}, {"now_us", to_us(now)}}));
  if (rows.empty()) return fail(Code::kDenied, "iam.unknown_session");
  const Row& row = rows[0];
  const UserId user{row.integer("id")};
  const TenantId tenant{row.integer("tenant_id")};
  TRY(auto held, read_held_policies(transaction, core.held, user, now));
  const Role role = role_named(row.text("role")).value_or(Role::kReader);
  const bool of_directory = row.text("factor") == name_of(FactorKind::kDirectory);
  const bool privileged = is_privileged(role) || (held && held->privileged);
  TRY(auto interventions, read_open_interventions(core, transaction, tenant, user, now));
  // What staff does by an intervention, it does as somebody privileged.
  const bool needs_own = privileged || interventions;
  const bool is_home = place == place_of({row.text("source_ip"), row.text("user_agent")});
  return Seen{{.tenant = tenant,
               .user = user,
               .name = row.text("name"),
               .role = role,
               .method = Method::kSession,
               .credential = row.text("session_id"),
               .second_factor = row.flag("second_factor") && !(of_directory && needs_own),
               .second_factor_at = optional_time(row, "second_factor_us"),
               .held = std::move(held),
               .terms_due = row.integer("terms_due") > 0,
               .elsewhere = is_home || !row.is_null("confirmed_us") ? "" : place,
               .interventions = std::move(interventions),
               .factor_demanded = row.integer("factor_demanded") > 0,
               .passkey_due = passkey_due(row, role)},
              now - from_us(row.integer("last_seen_us")) >= kSeenEvery,
              !is_home && row.is_null("place")};
}

}  // namespace

Result<bool> has_own_factor(Transaction& transaction, const Principal& by) {
  if (!by.second_factor || by.method != Method::kSession) return by.second_factor;
  TRY(auto rows,
      transaction.query("SELECT factor FROM iam_session WHERE id = :id", {{"id", by.credential}}));
  return !rows.empty() && rows[0].text("factor") != name_of(FactorKind::kDirectory);
}

Result<bool> has_shown_passkey(Transaction& transaction, const Principal& by) {
  const bool is_session = by.method == Method::kSession;
  if (!by.second_factor || (!is_session && by.method != Method::kApiToken)) return false;
  TRY(auto rows,
      transaction.query(is_session ? "SELECT CASE WHEN passkey_us IS NULL THEN 0 ELSE 1 END AS "
                                     "shown FROM iam_session WHERE id = :id"
                                   : "SELECT passkey AS shown FROM api_token WHERE id = :id",
                        {{"id", by.credential}}));
  return !rows.empty() && rows[0].integer("shown") > 0;
}

Result<> check_credential(bool factor_demanded, bool carries_factor) {
  if (carries_factor || !factor_demanded) return {};
  return fail(Code::kConflict, "iam.credential_without_factor");
}

Task<Principal> IamService::authenticate_session(const std::string& secret, const Origin& from) {
  if (secret.size() != kSecretLength) co_return fail(Code::kDenied, "iam.unknown_session");
  const Timestamp now = core_.clock.now();
  const std::string place = place_of(from);
  CO_TRY(Seen seen, co_await core_.read<Seen>([&](Transaction& transaction) -> Result<Seen> {
    TRY(core_.refresh_tree(transaction));
    return read_session(core_, transaction, secret, place);
  }));
  seen.principal.source_ip = from.source_ip;
  if (auto going_on = check_going_on(core_.tree, seen.principal.tenant); !going_on) {
    core_.trail.sign_in_failed(seen.principal.tenant, seen.principal, going_on.error());
    co_return std::unexpected(going_on.error());
  }
  if (seen.write_down || seen.is_new_place) {
    // Should this fail, the session ends a little early, and the next use from there is told.
    static_cast<void>(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
      TRY(
          transaction.execute("UPDATE iam_session SET last_seen_us = :now_us "
                              "WHERE id = :id AND last_seen_us < :now_us",
                              {{"now_us", to_us(now)}, {"id", seen.principal.credential}}));
      if (seen.is_new_place) TRY(note_place(transaction, seen.principal, from));
      return Done{};
    }));
  }
  co_return seen.principal;
}

Task<> IamService::sign_out(const Principal& by) {
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(transaction.execute(
        "UPDATE iam_session SET ended_us = :now_us WHERE id = :id AND ended_us IS NULL",
        {{"now_us", to_us(core_.clock.now())}, {"id", by.credential}}));
    TRY(core_.trail.authenticated(transaction, by,
                                  {"iam:SignOut", "belfry:session/" + by.credential, {}}));
    return Done{};
  }));
  co_return Result<>();
}

Task<Listing<Session>> IamService::list_sessions(const Principal& by, UserId user, Page page) {
  using Sessions = Listing<Session>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<Sessions>([&](Transaction& transaction) -> Result<Sessions> {
    TRY(const User owner, iam::find_user(transaction, user));
    TRY(core_.check_user(by, "iam:ListSessions", owner));
    TRY(auto rows,
        transaction.query("SELECT s.* FROM iam_session s WHERE s.user_id = :user_id AND " +
                              std::string(kOpen) +
                              " AND (s.created_us > :after_us OR (s.created_us = :after_us AND "
                              "s.id > :after_id)) "
                              "ORDER BY s.created_us, s.id LIMIT :limit",
                          {{"user_id", user.value},
                           {"now_us", to_us(core_.clock.now())},
                           {"after_us", after.us},
                           {"after_id", after.id},
                           {"limit", rows_of(page)}}));
    std::vector<Session> sessions;
    sessions.reserve(rows.size());
    for (const Row& row : rows) sessions.push_back(session_of(row));
    TRY(add_places(transaction, user, sessions));
    return page_of(std::move(sessions), page,
                   [](const Session& session) { return text_of(session.created, session.id); });
  });
}

Task<std::optional<Session>> IamService::find_session(const Principal& by) {
  using Found = std::optional<Session>;
  if (by.method != Method::kSession) co_return Found();
  co_return co_await core_.read<Found>([&](Transaction& transaction) -> Result<Found> {
    TRY(auto rows,
        transaction.query("SELECT s.* FROM iam_session s WHERE s.id = :id AND s.user_id = :user_id",
                          {{"id", by.credential}, {"user_id", by.user.value}}));
    if (rows.empty()) return Found();
    std::vector<Session> found = {session_of(rows[0])};
    TRY(add_places(transaction, by.user, found));
    return Found(std::move(found[0]));
  });
}

Task<> IamService::revoke_session(const Principal& by, const std::string& id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    const Error missing(Code::kNotFound, "iam.session_missing", {{"session", id}});
    TRY(auto rows, transaction.query("SELECT s.user_id, s.tenant_id FROM iam_session s "
                                     "WHERE s.id = :id AND " +
                                         std::string(kOpen),
                                     {{"id", id}, {"now_us", to_us(core_.clock.now())}}));
    if (rows.empty()) return std::unexpected(missing);
    const TenantId tenant{rows[0].integer("tenant_id")};
    const std::string resource = resource_of(UserId{rows[0].integer("user_id")});
    TRY(core_.check(by, "iam:RevokeSession", {resource, tenant}, missing));
    TRY(transaction.execute("UPDATE iam_session SET ended_us = :now_us WHERE id = :id",
                            {{"now_us", to_us(core_.clock.now())}, {"id", id}}));
    TRY(core_.trail.changed(transaction, tenant, by,
                            {"iam:RevokeSession", resource, {{"session", id}}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
