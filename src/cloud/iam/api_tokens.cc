// Tokens of programs for the REST API.
#include "base/text_encoding.h"
#include "factor_age.h"
#include "held_policies.h"
#include "own_factor.h"
#include "paging.h"
#include "passkey_rule.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

constexpr std::string_view kPrefix = "blf_";
constexpr std::size_t kSecretLength = 4 + 64;
constexpr std::int64_t kTokensMax = 50;  // of a user
constexpr std::size_t kLabelMax = 100;

ApiToken api_token_of(const Row& row) {
  return {.id = row.text("id"),
          .user = UserId{row.integer("user_id")},
          .label = row.text("label"),
          .created = from_us(row.integer("created_us")),
          .expires = optional_time(row, "expires_us"),
          .second_factor = row.flag("second_factor")};
}

}  // namespace

Task<Principal> IamService::authenticate_token(const std::string& secret) {
  const auto unknown = fail(Code::kDenied, "iam.unknown_token");
  if (secret.size() != kSecretLength || !secret.starts_with(kPrefix)) co_return unknown;
  const Timestamp now = core_.clock.now();
  bool write_down = false;
  auto program = co_await core_.read<Principal>([&](Transaction& transaction) -> Result<Principal> {
    TRY(core_.refresh_tree(transaction));
    TRY(auto rows,
        transaction.query("SELECT t.id AS token_id, t.second_factor, t.passkey, u.id, u.tenant_id, "
                          "u.name, u.owner_id, u.last_sign_in_us, " +
                              std::string(kPasskeysOfUser) + ", " + std::string(kRoleNow) + ", " +
                              std::string(kFactorStands) + ", " + std::string(kFactorDemanded) +
                              " FROM api_token t JOIN iam_user u ON u.id = t.user_id "
                              "WHERE t.secret_sha256 = :secret_sha256 AND "
                              "(t.expires_us IS NULL OR t.expires_us > :now_us) AND " +
                              std::string(kWorks),
                          {{"secret_sha256", digest_of(secret)}, {"now_us", to_us(now)}}));
    if (rows.empty()) return unknown;
    const Row& row = rows[0];
    const auto last_used = optional_time(row, "last_sign_in_us");
    write_down = !row.is_null("owner_id") && (!last_used || now - *last_used >= kUseNotedEvery);
    TRY(auto held, read_held_policies(transaction, core_.held, UserId{row.integer("id")}, now));
    TRY(auto interventions,
        read_open_interventions(core_, transaction, TenantId{row.integer("tenant_id")},
                                UserId{row.integer("id")}, now));
    const Role role = role_named(row.text("role")).value_or(Role::kReader);
    return Principal{.tenant = TenantId{row.integer("tenant_id")},
                     .user = UserId{row.integer("id")},
                     .name = row.text("name"),
                     .role = role,
                     .method = Method::kApiToken,
                     .credential = row.text("token_id"),
                     .second_factor = row.flag("second_factor") && row.flag("factor_stands"),
                     .held = std::move(held),
                     .interventions = std::move(interventions),
                     .factor_demanded = row.integer("factor_demanded") > 0,
                     .passkey_due = passkey_due_of_program(row, role)};
  });
  if (!program) co_return program;
  if (auto going_on = check_going_on(core_.tree, program->tenant); !going_on) {
    core_.trail.sign_in_failed(program->tenant, *program, going_on.error());
    co_return std::unexpected(going_on.error());
  }
  if (write_down) {
    // Should this fail, the next use tries again.
    static_cast<void>(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
      TRY(note_use(transaction, program->user, now));
      return Done{};
    }));
  }
  co_return program;
}

Task<Listing<ApiToken>> IamService::list_api_tokens(const Principal& by, Page page) {
  using ApiTokens = Listing<ApiToken>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  CO_TRY(decide(core_.tree, by, "iam:ListApiTokens", {resource_of(by.user), by.tenant}));
  co_return co_await core_.read<ApiTokens>([&](Transaction& transaction) -> Result<ApiTokens> {
    TRY(auto rows,
        transaction.query("SELECT * FROM api_token WHERE user_id = :user_id AND "
                          "(expires_us IS NULL OR expires_us > :now_us) AND "
                          "(created_us > :after_us OR (created_us = :after_us AND id > :after_id)) "
                          "ORDER BY created_us, id LIMIT :limit",
                          {{"user_id", by.user.value},
                           {"now_us", to_us(core_.clock.now())},
                           {"after_us", after.us},
                           {"after_id", after.id},
                           {"limit", rows_of(page)}}));
    std::vector<ApiToken> tokens;
    tokens.reserve(rows.size());
    for (const Row& row : rows) tokens.push_back(api_token_of(row));
    return page_of(std::move(tokens), page,
                   [](const ApiToken& token) { return text_of(token.created, token.id); });
  });
}

Iam::NewApiToken IamService::make_api_token(const Principal& by, const std::string& label) {
  return {.token = {.id = make_public_id(core_.random),
                    .user = by.user,
                    .label = label,
                    .created = core_.clock.now(),
                    .expires = {},
                    .second_factor = by.second_factor},
          .secret = std::string(kPrefix) + make_bearer_secret(core_.random)};
}

Result<> IamService::insert_api_token(Transaction& transaction, const Principal& by,
                                      const NewApiToken& made) {
  TRY(const auto proved, read_factor_time(transaction, by));
  TRY(const bool passkey, has_shown_passkey(transaction, by));
  TRY(transaction.execute(
      "INSERT INTO api_token (id, tenant_id, user_id, label, secret_sha256, "
      "second_factor, created_us, expires_us, second_factor_us, passkey) VALUES (:id, "
      ":tenant_id, :user_id, :label, :secret_sha256, :second_factor, "
      ":created_us, :expires_us, :proved_us, :passkey)",
      {{"id", made.token.id},
       {"tenant_id", by.tenant.value},
       {"user_id", by.user.value},
       {"label", made.token.label},
       {"secret_sha256", digest_of(made.secret)},
       {"second_factor", std::int64_t(made.token.second_factor)},
       {"created_us", to_us(made.token.created)},
       {"expires_us", time_or_null(made.token.expires)},
       {"proved_us", time_or_null(proved)},
       {"passkey", std::int64_t(passkey && made.token.second_factor)}}));
  return {};
}

Task<Iam::NewApiToken> IamService::create_api_token(const Principal& by, const std::string& label,
                                                    std::optional<Duration> lifetime) {
  CO_TRY(decide(core_.tree, by, "iam:CreateApiToken", {resource_of(by.user), by.tenant}));
  CO_TRY(core_.check_fresh(by, "iam:CreateApiToken", resource_of(by.user)));
  if (label.empty() || label.size() > kLabelMax || !is_utf8(label))
    co_return fail(Code::kInvalid, "iam.bad_label");
  constexpr Duration kLifetimeMax = std::chrono::years(10);
  if (lifetime && (*lifetime <= Duration(0) || *lifetime > kLifetimeMax))
    co_return fail(Code::kInvalid, "iam.bad_lifetime");
  co_return co_await core_.write<NewApiToken>([&](Transaction& transaction) -> Result<NewApiToken> {
    NewApiToken made = make_api_token(by, label);
    TRY(made.token.second_factor, has_own_factor(transaction, by));
    TRY(check_credential(by.factor_demanded, made.token.second_factor));
    if (lifetime) made.token.expires = made.token.created + *lifetime;
    const database::Parameters parameters = {{"user_id", by.user.value},
                                             {"credential", by.credential},
                                             {"now_us", to_us(made.token.created)}};
    TRY(
        transaction.execute("DELETE FROM api_token WHERE user_id = :user_id AND "
                            "expires_us IS NOT NULL AND expires_us <= :now_us",
                            parameters));
    TRY(auto count,
        transaction.query("SELECT count(*) AS n FROM api_token WHERE user_id = :user_id",
                          parameters));
    if (count[0].integer("n") >= kTokensMax)
      return fail(Code::kConflict, "iam.too_many_tokens",
                  {{"maximum", std::to_string(kTokensMax)}});
    if (by.method == Method::kApiToken) {
      // A token makes none that outlives it.
      TRY(auto own,
          transaction.query("SELECT expires_us FROM api_token WHERE id = :credential", parameters));
      if (own.empty()) return fail(Code::kDenied, "iam.unknown_token");
      if (auto end = optional_time(own[0], "expires_us"))
        made.token.expires = std::min(made.token.expires.value_or(*end), *end);
    }
    TRY(insert_api_token(transaction, by, made));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:CreateApiToken", resource_of(by.user), {{"token", made.token.id}}}));
    return made;
  });
}

Task<> IamService::delete_api_token(const Principal& by, const std::string& id) {
  CO_TRY(decide(core_.tree, by, "iam:DeleteApiToken", {resource_of(by.user), by.tenant}));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const std::int64_t deleted,
        transaction.execute("DELETE FROM api_token WHERE id = :id AND user_id = :user_id",
                            {{"id", id}, {"user_id", by.user.value}}));
    if (deleted == 0) return fail(Code::kNotFound, "iam.token_missing", {{"token", id}});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:DeleteApiToken", resource_of(by.user), {{"token", id}}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
