// Access keys of the S3 protocol.
#include "held_policies.h"
#include "own_factor.h"
#include "paging.h"
#include "passkey_rule.h"
#include "role_service.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kKeysMax = 20;  // of a user

AccessKey access_key_of(const Row& row) {
  return {.id = row.text("id"),
          .user = UserId{row.integer("user_id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .created = from_us(row.integer("created_us")),
          .last_used = optional_time(row, "last_used_us"),
          .active = true,
          .expires = optional_time(row, "expires_us")};
}

Purpose purpose_of(const std::string& access_key_id) {
  return {"access_key/" + access_key_id};
}

Error unknown_key() {
  return Error(Code::kDenied, "iam.unknown_key");
}

}  // namespace

Task<SigningIdentity> IamService::find_signing_identity(const std::string& access_key_id) {
  if (!is_access_key_id(access_key_id)) co_return std::unexpected(unknown_key());
  auto found = core_.signing.find(access_key_id, core_.clock.monotonic());
  if (found && !found->identity) co_return std::unexpected(unknown_key());
  // A right that ended by itself meanwhile counts no longer, whatever is remembered.
  if (found && found->identity->until && *found->identity->until <= core_.clock.now())
    found.reset();
  if (found && !found->refresh) co_return std::move(*found->identity);
  auto read = co_await read_signing_identity(access_key_id);
  if (read || read.error().message() == "iam.unknown_key" || !found) co_return read;
  // The tables could not be read now: what is known may still be used, and the next tries again.
  core_.signing.refresh_failed(access_key_id);
  co_return std::move(*found->identity);
}

Task<SigningIdentity> IamService::read_signing_identity(const std::string& access_key_id) {
  const std::uint64_t generation = core_.signing.generation();
  const Monotonic read_at = core_.clock.monotonic();
  const Timestamp now = core_.clock.now();
  bool write_down = false;
  auto found = co_await core_.read<SigningIdentity>([&](Transaction& transaction)
                                                        -> Result<SigningIdentity> {
    TRY(core_.refresh_tree(transaction));
    if (is_temporary_key_id(access_key_id))
      return read_temporary_identity(core_, transaction, access_key_id);
    TRY(auto rows,
        transaction.query("SELECT k.secret_sealed, k.second_factor, k.passkey, k.last_used_us, "
                          "k.expires_us, u.id, u.tenant_id, u.name, " +
                              std::string(kPasskeysOfUser) + ", " + std::string(kRoleNow) + ", " +
                              std::string(kFactorStands) + ", " + std::string(kFactorDemanded) +
                              " FROM access_key k JOIN iam_user u ON u.id = k.user_id "
                              "WHERE k.id = :id AND (k.expires_us IS NULL OR "
                              "k.expires_us > :now_us) AND " +
                              std::string(kWorks),
                          {{"id", access_key_id}, {"now_us", to_us(now)}}));
    if (rows.empty()) return std::unexpected(unknown_key());
    const Row& row = rows[0];
    TRY(const Buffer secret,
        open_secret(core_.keys, purpose_of(access_key_id), row.text("secret_sealed")));
    const auto last_used = optional_time(row, "last_used_us");
    TRY(auto held, read_held_policies(transaction, core_.held, UserId{row.integer("id")}, now));
    TRY(auto interventions,
        read_open_interventions(core_, transaction, TenantId{row.integer("tenant_id")},
                                UserId{row.integer("id")}, now));
    write_down = !last_used || now - *last_used >= kUseNotedEvery;
    std::optional<Timestamp> until;
    for (const auto& end : {optional_time(row, "role_until_us"), optional_time(row, "expires_us"),
                            held ? held->until : std::nullopt})
      if (end && (!until || *end < *until)) until = end;
    const Role role = role_named(row.text("role")).value_or(Role::kReader);
    return SigningIdentity{{.tenant = TenantId{row.integer("tenant_id")},
                            .user = UserId{row.integer("id")},
                            .name = row.text("name"),
                            .role = role,
                            .method = Method::kAccessKey,
                            .credential = access_key_id,
                            .second_factor = row.flag("second_factor") && row.flag("factor_stands"),
                            .held = std::move(held),
                            .interventions = std::move(interventions),
                            .factor_demanded = row.integer("factor_demanded") > 0,
                            .passkey_due = passkey_due_of_program(row, role)},
                           std::string(as_text(secret)),
                           until};
  });
  if (!found) {
    if (found.error().message() == "iam.unknown_key")
      core_.signing.keep_unknown(access_key_id, read_at, generation);
    co_return std::unexpected(found.error());
  }
  core_.signing.keep(*found, read_at, generation);
  if (write_down) {
    // Should this fail, the next lookup tries again.
    static_cast<void>(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
      TRY(transaction.execute("UPDATE access_key SET last_used_us = :now_us WHERE id = :id",
                              {{"now_us", to_us(now)}, {"id", access_key_id}}));
      TRY(note_use(transaction, found->principal.user, now));
      return Done{};
    }));
  }
  co_return std::move(*found);
}

Task<Listing<AccessKey>> IamService::list_access_keys(const Principal& by, UserId user, Page page) {
  using AccessKeys = Listing<AccessKey>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<AccessKeys>([&](Transaction& transaction) -> Result<AccessKeys> {
    TRY(const User owner, iam::find_user(transaction, user));
    TRY(core_.check_user(by, "iam:ListAccessKeys", owner));
    TRY(auto rows,
        transaction.query("SELECT * FROM access_key WHERE user_id = :user_id AND "
                          "(created_us > :after_us OR (created_us = :after_us AND id > :after_id)) "
                          "ORDER BY created_us, id LIMIT :limit",
                          {{"user_id", user.value},
                           {"after_us", after.us},
                           {"after_id", after.id},
                           {"limit", rows_of(page)}}));
    std::vector<AccessKey> keys;
    for (const Row& row : rows) {
      keys.push_back(access_key_of(row));
      keys.back().active = owner.active;
    }
    return page_of(std::move(keys), page,
                   [](const AccessKey& key) { return text_of(key.created, key.id); });
  });
}

Task<NewAccessKey> IamService::create_access_key(const Principal& by, UserId user) {
  co_return co_await core_.write<NewAccessKey>(
      [&](Transaction& transaction) -> Result<NewAccessKey> {
        TRY(const User owner, iam::find_user(transaction, user));
        TRY(core_.check_user(by, "iam:CreateAccessKey", owner));
        if (owner.owner) return fail(Code::kConflict, "iam.service_account_keys");
        TRY(core_.check_fresh(by, "iam:CreateAccessKey", resource_of(user)));
        if (by.method == Method::kApiToken) {
          // A token makes nothing that outlives it, and a key does not end.
          TRY(auto own, transaction.query("SELECT expires_us FROM api_token WHERE id = :credential",
                                          {{"credential", by.credential}}));
          if (own.empty()) return fail(Code::kDenied, "iam.unknown_token");
          if (!own[0].is_null("expires_us")) return fail(Code::kDenied, "iam.session_needed");
        }
        TRY(auto rows,
            transaction.query("SELECT count(*) AS n FROM access_key WHERE user_id = :user_id",
                              {{"user_id", user.value}}));
        if (rows[0].integer("n") >= kKeysMax)
          return fail(Code::kConflict, "iam.too_many_keys",
                      {{"maximum", std::to_string(kKeysMax)}});
        TRY(const bool own_factor, has_own_factor(transaction, by));
        const bool carries_factor = own_factor && by.user == user;
        TRY(check_credential(owner.factor_demanded, carries_factor));
        TRY(const bool shown, has_shown_passkey(transaction, by));
        TRY(NewAccessKey made,
            insert_access_key(transaction, owner,
                              {.factor = carries_factor, .passkey = carries_factor && shown}));
        TRY(core_.trail.changed(
            transaction, owner.tenant, by,
            {"iam:CreateAccessKey", resource_of(user), {{"access_key", made.key.id}}}));
        return made;
      });
}

Result<NewAccessKey> IamService::insert_access_key(Transaction& transaction, const User& user,
                                                   Carried carried) {
  NewAccessKey made;
  made.key = {.id = make_access_key_id(core_.random),
              .user = user.id,
              .tenant = user.tenant,
              .created = core_.clock.now(),
              .last_used = {},
              .active = user.active};
  made.secret = make_access_key_secret(core_.random);
  TRY(const std::string sealed,
      seal_secret(core_.keys, core_.random, purpose_of(made.key.id), as_view(made.secret)));
  TRY(
      transaction.execute("INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, "
                          "second_factor, passkey, created_us) VALUES (:id, :tenant_id, :user_id, "
                          ":secret_sealed, :second_factor, :passkey, :created_us)",
                          {{"id", made.key.id},
                           {"tenant_id", user.tenant.value},
                           {"user_id", user.id.value},
                           {"secret_sealed", sealed},
                           {"second_factor", std::int64_t(carried.factor)},
                           {"passkey", std::int64_t(carried.passkey)},
                           {"created_us", to_us(made.key.created)}}));
  return made;
}

Task<> IamService::delete_access_key(const Principal& by, const std::string& id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    const Error missing(Code::kNotFound, "iam.key_missing", {{"key", id}});
    TRY(auto rows, transaction.query("SELECT tenant_id, user_id FROM access_key WHERE id = :id",
                                     {{"id", id}}));
    if (rows.empty()) return std::unexpected(missing);
    const TenantId tenant{rows[0].integer("tenant_id")};
    const std::string resource = resource_of(UserId{rows[0].integer("user_id")});
    TRY(core_.check(by, "iam:DeleteAccessKey", {resource, tenant}, missing));
    TRY(transaction.execute("DELETE FROM access_key WHERE id = :id", {{"id", id}}));
    TRY(core_.trail.changed(transaction, tenant, by,
                            {"iam:DeleteAccessKey", resource, {{"access_key", id}}}));
    return Done{};
  }));
  core_.signing.forget_key(id);
  co_return Result<>();
}

}  // namespace belfry::iam
