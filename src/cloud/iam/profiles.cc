// Profiles: policies by name, of one tenant.
#include "grants.h"
#include "held_policies.h"
#include "names.h"
#include "paging.h"
#include "profile_service.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kProfilesMax = 500;  // of a tenant
// What AWS allows a managed policy: users hold many.
constexpr std::size_t kDocumentMax = 6'144;

Result<policy::PolicyPtr> compile_profile(const std::string& document) {
  if (document.size() > kDocumentMax)
    return fail(Code::kInvalid, "policy.too_long", {{"octets_max", std::to_string(kDocumentMax)}});
  return policy::compile_known(document, policy::Kind::kIdentity);
}

std::string resource_of(ProfileId id) {
  return "belfry:profile/" + id.text();
}

Error profile_missing(ProfileId id) {
  return Error(Code::kNotFound, "iam.profile_missing", {{"profile", id.text()}});
}

Profile profile_of(const Row& row) {
  return {.id = ProfileId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .name = row.text("name"),
          .document = row.text("document"),
          .privileged = row.flag("privileged"),
          .created = from_us(row.integer("created_us")),
          .changed = from_us(row.integer("changed_us"))};
}

}  // namespace

Result<Profile> ProfileService::read_profile(Transaction& transaction, const Principal& by,
                                             ProfileId id, std::string_view action,
                                             const std::optional<Cover>& cover) {
  TRY(auto rows,
      transaction.query("SELECT * FROM iam_profile WHERE id = :id AND tenant_id = :tenant_id",
                        {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(profile_missing(id));
  Profile profile = profile_of(rows[0]);
  TRY(core_.check(by, action, resource_under(resource_of(id), profile.tenant, cover),
                  profile_missing(id)));
  return profile;
}

Task<Listing<Profile>> ProfileService::list_profiles(const Principal& by, Page page) {
  using List = Listing<Profile>;
  CO_TRY(const std::string after, read_text_key(page.after));
  constexpr std::string_view kAction = "iam:ListProfiles";
  const bool all = decide(core_.tree, by, kAction, {"belfry:profile/*", by.tenant}).has_value();
  CO_TRY(core_.check(by, kAction, resource_under("belfry:profile/*", by.tenant, listing_cover(by)),
                     profile_missing({})));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            "SELECT * FROM iam_profile p WHERE p.tenant_id = :tenant_id AND (:all = 1 OR " +
                is_profile_of_delegate("p.id") +
                ") AND p.name > :after ORDER BY p.name LIMIT :limit",
            {{"tenant_id", by.tenant.value},
             {"all", std::int64_t(all)},
             {"by_id", by.user.value},
             {"now_us", to_us(core_.clock.now())},
             {"after", after},
             {"limit", rows_of(page)}}));
    std::vector<Profile> profiles;
    profiles.reserve(rows.size());
    for (const Row& row : rows) profiles.push_back(profile_of(row));
    return page_of(std::move(profiles), page, [](const Profile& profile) { return profile.name; });
  });
}

Task<Profile> ProfileService::find_profile(const Principal& by, ProfileId id) {
  co_return co_await core_.read<Profile>([&](Transaction& transaction) {
    return read_profile(transaction, by, id, "iam:GetProfile");
  });
}

Task<Profile> ProfileService::create_profile(const Principal& by, const std::string& name,
                                             const std::string& document) {
  CO_TRY(
      core_.check(by, "iam:CreateProfile", {"belfry:profile/*", by.tenant}, profile_missing({})));
  if (!is_display_name(name)) co_return fail(Code::kInvalid, "iam.bad_profile_name");
  CO_TRY(const auto compiled, compile_profile(document));
  Profile profile{.id = ProfileId{core_.random.id()},
                  .tenant = by.tenant,
                  .name = name,
                  .document = document,
                  .privileged = is_privileged(*compiled),
                  .created = core_.clock.now(),
                  .changed = core_.clock.now()};
  CO_TRY(core_.check_fresh(by, "iam:CreateProfile", "belfry:profile/*"));
  co_return co_await core_.write<Profile>([&](Transaction& transaction) -> Result<Profile> {
    TRY(auto counted, transaction.query("SELECT count(*) AS n FROM iam_profile "
                                        "WHERE tenant_id = :tenant_id",
                                        {{"tenant_id", by.tenant.value}}));
    if (counted[0].integer("n") >= kProfilesMax)
      return fail(Code::kConflict, "iam.too_many_profiles",
                  {{"maximum", std::to_string(kProfilesMax)}});
    TRY(auto same, transaction.query("SELECT id FROM iam_profile WHERE tenant_id = :tenant_id "
                                     "AND name = :name",
                                     {{"tenant_id", by.tenant.value}, {"name", name}}));
    if (!same.empty()) return fail(Code::kConflict, "iam.profile_exists", {{"name", name}});
    TRY(transaction.execute(
        "INSERT INTO iam_profile (id, tenant_id, name, document, privileged, services, created_us, "
        "changed_us) VALUES (:id, :tenant_id, :name, :document, :privileged, :services, :now_us, "
        ":now_us)",
        {{"id", profile.id.value},
         {"tenant_id", by.tenant.value},
         {"name", name},
         {"document", document},
         {"privileged", std::int64_t(profile.privileged)},
         {"services", count_services(*compiled)},
         {"now_us", to_us(profile.created)}}));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:CreateProfile", resource_of(profile.id), {{"name", name}, {"document", document}}}));
    return profile;
  });
}

Result<> ProfileService::check_may_change_alone(Transaction& transaction, const Profile& profile) {
  if (profile.privileged) {
    TRY(const bool by_service, is_held_by_service(transaction, profile.id));
    if (by_service) return fail(Code::kDenied, "iam.held_profile", {{"name", profile.name}});
  }
  TRY(const FourEyes rule, four_eyes_of(transaction, profile.tenant));
  if (rule == FourEyes::kNone) return {};
  TRY(auto held,
      transaction.query("SELECT (SELECT count(*) FROM user_profile u WHERE u.profile_id = :id) + "
                        "(SELECT count(*) FROM group_profile g WHERE g.profile_id = :id) + "
                        "(SELECT count(*) FROM role_profile r WHERE r.profile_id = :id) AS n, "
                        "(SELECT count(*) FROM user_boundary b WHERE b.profile_id = :id) AS bounds",
                        {{"id", profile.id.value}}));
  const bool is_bound = held[0].integer("bounds") > 0;
  const bool gives = held[0].integer("n") > 0 && (rule == FourEyes::kAll || profile.privileged);
  if (!is_bound && !gives) return {};
  return fail(Code::kDenied, "iam.held_profile", {{"name", profile.name}});
}

Task<Profile> ProfileService::change_profile(const Principal& by, ProfileId id,
                                             const std::string& document) {
  CO_TRY(const auto compiled, compile_profile(document));
  auto changed = co_await core_.write<Profile>([&](Transaction& transaction) -> Result<Profile> {
    TRY(Profile profile, read_profile(transaction, by, id, "iam:ChangeProfile"));
    const bool becomes_privileged = !profile.privileged && is_privileged(*compiled);
    profile.document = document;
    profile.privileged = is_privileged(*compiled);
    profile.changed = core_.clock.now();
    TRY(core_.check_fresh(by, "iam:ChangeProfile", resource_of(id)));
    TRY(check_may_change_alone(transaction, profile));
    TRY(
        transaction.execute("UPDATE iam_profile SET document = :document, "
                            "privileged = :privileged, services = :services, "
                            "changed_us = :now_us WHERE id = :id",
                            {{"document", document},
                             {"privileged", std::int64_t(profile.privileged)},
                             {"services", count_services(*compiled)},
                             {"now_us", to_us(profile.changed)},
                             {"id", id.value}}));
    if (becomes_privileged) TRY(end_sessions_of_holders(transaction, id));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:ChangeProfile", resource_of(id), {{"name", profile.name}, {"document", document}}}));
    return profile;
  });
  if (changed) core_.signing.forget_tenant(by.tenant);
  co_return changed;
}

Task<> ProfileService::delete_profile(const Principal& by, ProfileId id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const Profile profile, read_profile(transaction, by, id, "iam:DeleteProfile"));
    TRY(core_.check_fresh(by, "iam:DeleteProfile", resource_of(id)));
    for (const char* table : {"user_profile", "group_profile", "user_boundary", "role_profile"}) {
      TRY(auto held, transaction.query("SELECT tenant_id FROM " + std::string(table) +
                                           " WHERE profile_id = :id LIMIT 1",
                                       {{"id", id.value}}));
      if (!held.empty()) return fail(Code::kConflict, "iam.profile_held", {{"name", profile.name}});
    }
    TRY(transaction.execute("DELETE FROM delegation_profile WHERE profile_id = :id",
                            {{"id", id.value}}));
    TRY(transaction.execute("DELETE FROM iam_profile WHERE id = :id", {{"id", id.value}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:DeleteProfile", resource_of(id), {{"name", profile.name}}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
