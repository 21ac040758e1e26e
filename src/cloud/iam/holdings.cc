// Who holds which profile.
#include "grants.h"
#include "profile_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

Right right_of(const Profile& profile, const Holder& holder, std::string holder_name) {
  return {.kind = RightKind::kProfile,
          .tenant = profile.tenant,
          .user = holder.user.value_or(UserId{}),
          .group = holder.group.value_or(GroupId{}),
          .profile = profile.id,
          .holder = std::move(holder_name),
          .name = profile.name,
          .privileged = profile.privileged};
}

Holding holding_of(const Row& row) {
  Holding holding{.profile = ProfileId{row.integer("id")},
                  .name = row.text("name"),
                  .privileged = row.flag("privileged"),
                  .since = from_us(row.integer("since_us")),
                  .expires = optional_time(row, "expires_us")};
  if (!row.is_null("group_id")) {
    holding.group = GroupId{row.integer("group_id")};
    holding.group_name = row.text("group_name");
  }
  return holding;
}

}  // namespace

Result<User> ProfileService::read_user_of(Transaction& transaction, const Principal& by,
                                          UserId user) {
  TRY(User found, iam::find_user(transaction, user));
  if (found.tenant != by.tenant)
    return fail(Code::kNotFound, "iam.user_missing", {{"user", user.text()}});
  return found;
}

Result<> ProfileService::check_may_hold(const User& user) {
  if (!is_privileged(user.role)) return {};
  return fail(Code::kConflict, "iam.administrators_hold_none", {{"user", user.name}});
}

Result<> ProfileService::end_sessions_of_holders(Transaction& transaction, ProfileId profile) {
  TRY(transaction.execute(
      "UPDATE iam_session SET ended_us = :now_us WHERE ended_us IS NULL AND (user_id IN "
      "(SELECT h.user_id FROM user_profile h WHERE h.profile_id = :profile_id) OR user_id IN "
      "(SELECT m.user_id FROM group_member m JOIN group_profile g ON g.group_id = m.group_id "
      "WHERE g.profile_id = :profile_id))",
      {{"now_us", to_us(core_.clock.now())}, {"profile_id", profile.value}}));
  return {};
}

Result<std::vector<audit::Detail>> ProfileService::check_holder(Transaction& transaction,
                                                                const Principal& by,
                                                                const Holder& holder) {
  if (holder.user) {
    TRY(const User user, read_user_of(transaction, by, *holder.user));
    TRY(check_may_hold(user));
    return std::vector<audit::Detail>{{"user", user.name}};
  }
  if (!holder.group) return fail(Code::kInvalid, "iam.no_holder");
  TRY(const Group group, read_group(transaction, by, *holder.group, "iam:ListGroups"));
  return std::vector<audit::Detail>{{"group", group.name}};
}

Result<> ProfileService::check_may_give_profile(Transaction& transaction, const Principal& by,
                                                const Profile& profile, const Holder& holder) {
  if (holder.user) {
    TRY(const User user, read_user_of(transaction, by, *holder.user));
    return check_may_give_alone(transaction, by, user, profile.privileged);
  }
  if (profile.privileged) {
    TRY(const bool has_service, has_service_member(transaction, *holder.group));
    if (has_service) return fail(Code::kDenied, "iam.request_needed");
  }
  return check_may_give_alone(transaction, by, by.tenant, profile.privileged);
}

Result<std::optional<Cover>> ProfileService::cover_of_holder(Transaction& transaction,
                                                             const Principal& by, ProfileId profile,
                                                             const Holder& holder) {
  // What a group holds is what it is: administrators alone change that.
  if (!holder.user || holder.group) return std::optional<Cover>();
  return cover_of(transaction, by, *holder.user, DelegatedAct::kGive, {.profile = profile},
                  core_.clock.now());
}

Task<> ProfileService::give_profile(const Principal& by, ProfileId id, Holder holder) {
  CO_TRY(const Right given,
         co_await core_.write<Right>([&](Transaction& transaction) -> Result<Right> {
           TRY(const auto cover, cover_of_holder(transaction, by, id, holder));
           TRY(const Profile profile, read_profile(transaction, by, id, "iam:GiveProfile", cover));
           TRY(auto details, check_holder(transaction, by, holder));
           TRY(core_.check_fresh(by, "iam:GiveProfile", "belfry:profile/" + id.text()));
           TRY(check_plain(cover, profile.privileged));
           TRY(check_may_give_profile(transaction, by, profile, holder));
           Right right = right_of(profile, holder, details.front().value);
           TRY(const bool is_new,
               give(core_, transaction, right, {.origin = "direct", .by = by.user}));
           if (!is_new) return right;
           details.push_back({"name", profile.name});
           TRY(core_.trail.changed(transaction, by.tenant, by,
                                   {"iam:GiveProfile", "belfry:profile/" + id.text(),
                                    with_cover(std::move(details), cover)}));
           return right;
         }));
  forget(core_, given);
  co_return Result<>();
}

Task<> ProfileService::withdraw_profile(const Principal& by, ProfileId id, Holder holder) {
  CO_TRY(const Right taken,
         co_await core_.write<Right>([&](Transaction& transaction) -> Result<Right> {
           TRY(const auto cover, cover_of_holder(transaction, by, id, holder));
           TRY(const Profile profile,
               read_profile(transaction, by, id, "iam:WithdrawProfile", cover));
           TRY(auto details, check_holder(transaction, by, holder));
           TRY(core_.check_fresh(by, "iam:WithdrawProfile", "belfry:profile/" + id.text()));
           Right right = right_of(profile, holder, details.front().value);
           TRY(const std::int64_t removed,
               take_away(transaction, right,
                         {.reason = "withdrawn", .by = by.user, .at = core_.clock.now()}));
           if (removed == 0) return fail(Code::kNotFound, "iam.not_held", {{"name", profile.name}});
           details.push_back({"name", profile.name});
           TRY(core_.trail.changed(transaction, by.tenant, by,
                                   {"iam:WithdrawProfile", "belfry:profile/" + id.text(),
                                    with_cover(std::move(details), cover)}));
           return right;
         }));
  forget(core_, taken);
  co_return Result<>();
}

Task<Holdings> ProfileService::list_holdings(const Principal& by, UserId user) {
  co_return co_await core_.read<Holdings>([&](Transaction& transaction) -> Result<Holdings> {
    TRY(const User found, read_user_of(transaction, by, user));
    TRY(check_over(core_, transaction, by, "iam:GetUser", found, DelegatedAct::kSee));
    TRY(auto rows, transaction.query(
                       "SELECT p.id, p.name, p.privileged, u.since_us, u.expires_us, "
                       "NULL AS group_id, '' AS group_name FROM user_profile u JOIN iam_profile p "
                       "ON p.id = u.profile_id WHERE u.user_id = :user_id "
                       "UNION ALL SELECT p.id, p.name, p.privileged, g.since_us, "
                       "CASE WHEN g.expires_us < m.expires_us OR m.expires_us IS NULL "
                       "THEN g.expires_us ELSE m.expires_us END AS expires_us, "
                       "g.group_id, n.name AS group_name FROM group_member m "
                       "JOIN group_profile g ON g.group_id = m.group_id "
                       "JOIN iam_group n ON n.id = g.group_id "
                       "JOIN iam_profile p ON p.id = g.profile_id WHERE m.user_id = :user_id",
                       {{"user_id", user.value}}));
    Holdings holdings;
    for (const Row& row : rows) holdings.profiles.push_back(holding_of(row));
    TRY(auto bounds,
        transaction.query(
            "SELECT p.id, p.name, p.privileged, b.since_us, NULL AS expires_us, "
            "NULL AS group_id, '' AS group_name FROM user_boundary b JOIN iam_profile p "
            "ON p.id = b.profile_id WHERE b.user_id = :user_id",
            {{"user_id", user.value}}));
    if (!bounds.empty()) holdings.boundary = holding_of(bounds[0]);
    return holdings;
  });
}

Result<> ProfileService::loosen_boundary(Transaction& transaction, const Principal& by,
                                         const User& user) {
  TRY(auto rows, transaction.query("SELECT profile_id FROM user_boundary WHERE user_id = :user_id",
                                   {{"user_id", user.id.value}}));
  if (rows.empty()) return {};
  TRY(const FourEyes rule, four_eyes_of(transaction, by.tenant));
  // What it kept from the user comes back: one person alone would give it.
  if (rule == FourEyes::kAll || (rule == FourEyes::kPrivileged && user.privileged))
    return fail(Code::kDenied, "iam.boundary_of_four_eyes", {{"user", user.name}});
  TRY(take_away(transaction,
                {.kind = RightKind::kBoundary,
                 .tenant = by.tenant,
                 .user = user.id,
                 .profile = ProfileId{rows[0].integer("profile_id")}},
                {.reason = "replaced", .by = by.user, .at = core_.clock.now()}));
  return {};
}

Task<> ProfileService::set_boundary(const Principal& by, UserId user,
                                    std::optional<ProfileId> profile) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User found, read_user_of(transaction, by, user));
    TRY(core_.check_user(by, "iam:SetBoundary", found));
    // Nobody frees himself, and no administrator shuts itself out.
    if (user == by.user) return fail(Code::kConflict, "iam.own_account");
    TRY(core_.check_fresh(by, "iam:SetBoundary", iam::resource_of(user)));
    if (profile) TRY(check_may_hold(found));
    std::string name;
    if (profile) {
      TRY(const Profile bound, read_profile(transaction, by, *profile, "iam:ListProfiles"));
      name = bound.name;
    }
    TRY(loosen_boundary(transaction, by, found));
    if (profile) {
      TRY(
          transaction.execute("INSERT INTO user_boundary (user_id, profile_id, tenant_id, "
                              "since_us) VALUES (:user_id, :profile_id, :tenant_id, :now_us)",
                              {{"user_id", user.value},
                               {"profile_id", profile->value},
                               {"tenant_id", by.tenant.value},
                               {"now_us", to_us(core_.clock.now())}}));
      TRY(record_grant(core_, transaction,
                       {.kind = RightKind::kBoundary,
                        .tenant = by.tenant,
                        .user = user,
                        .profile = *profile,
                        .holder = found.name,
                        .name = name},
                       {.origin = "direct", .by = by.user}));
    }
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:SetBoundary",
                             iam::resource_of(user),
                             {{"user", found.name}, {"profile", profile ? name : "none"}}}));
    return Done{};
  }));
  core_.signing.forget_user(user);
  co_return Result<>();
}

}  // namespace belfry::iam
