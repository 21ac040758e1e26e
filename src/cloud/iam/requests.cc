// Asking for rights.
#include "access_service.h"
#include "base/text_encoding.h"
#include "delegated.h"
#include "paging.h"
#include "predefined.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr auto kPendingFor = std::chrono::days(14);
constexpr std::size_t kReasonMax = 1000;
// Of one who asks, and of a tenant: a list for people.
constexpr std::int64_t kPendingMax = 20, kPendingOfTenantMax = 500;

// Of this tenant: another's is missing as one that is not there.
Result<User> user_of_tenant(Transaction& transaction, TenantId tenant, UserId id) {
  TRY(User user, iam::find_user(transaction, id));
  if (user.tenant != tenant)
    return fail(Code::kNotFound, "iam.user_missing", {{"user", id.text()}});
  return user;
}

Result<Row> thing_of_tenant(Transaction& transaction, std::string_view table, TenantId tenant,
                            std::int64_t id, std::string_view missing, std::string_view argument) {
  TRY(auto rows, transaction.query("SELECT * FROM " + std::string(table) +
                                       " WHERE id = :id AND tenant_id = :tenant_id",
                                   {{"id", id}, {"tenant_id", tenant.value}}));
  if (rows.empty())
    return fail(Code::kNotFound, missing, {{std::string(argument), std::to_string(id)}});
  return std::move(rows[0]);
}

Result<> check_may_hold(const User& user) {
  if (!is_privileged(user.role)) return {};
  return fail(Code::kConflict, "iam.administrators_hold_none", {{"user", user.name}});
}

Error held_already(const Right& right) {
  return Error(Code::kConflict, "iam.already_held",
               {{"holder", right.holder}, {"name", right.name}});
}

// SQL: whether the delegate :by_id decides on `access_request r` at :now_us.
std::string covered_requests() {
  const auto covered = [](const std::string& thing, const std::string& so) {
    return "(" + so + " AND EXISTS (SELECT 1" + looked_after(DelegatedAct::kApprove) +
           " AND u.id = r.user_id AND EXISTS (SELECT 1 FROM delegation_" + thing +
           " l WHERE l.delegation_id = d.id AND l." + thing + "_id = r." + thing + "_id)))";
  };
  return "(r.privileged = 0 AND (" + covered("profile", "r.kind = 'profile' AND r.group_id = 0") +
         " OR " + covered("group", "r.kind = 'membership'") + "))";
}

// A profile for a role to be assumed, or whom that is to trust.
bool is_of_assumable(const Wanted& wanted) {
  return wanted.assumable && !wanted.user && !wanted.group && !wanted.role && !wanted.four_eyes &&
         wanted.profile.has_value() == wanted.trust.empty();
}

}  // namespace

bool says_something(std::string_view text, std::size_t octets_max) {
  const auto is_blank = [](char c) { return (unsigned char)(c) <= 0x20; };
  return text.size() <= octets_max && is_utf8(text) && !text.contains('\0') &&
         !std::ranges::all_of(text, is_blank);
}

Result<> check_request_reason(const std::string& reason) {
  return says_something(reason, kReasonMax) ? Result<>() : fail(Code::kInvalid, "iam.bad_reason");
}

Result<> AccessService::check_wanted(const Wanted& wanted) {
  if (wanted.delegation) return check_request_reason(wanted.reason);
  const bool is_rule = wanted.four_eyes.has_value();
  const bool is_role = wanted.role && wanted.user && !wanted.group && !wanted.profile;
  const bool is_profile = wanted.profile && wanted.user.has_value() != wanted.group.has_value();
  const bool is_membership = wanted.group && wanted.user && !wanted.profile && !wanted.role;
  const bool has_right =
      wanted.user || wanted.group || wanted.profile || wanted.role || wanted.assumable;
  const bool is_plain =
      is_rule ? !has_right : is_role || (is_profile && !wanted.role) || is_membership;
  if (wanted.assumable || !wanted.trust.empty() ? !is_of_assumable(wanted) : !is_plain)
    return fail(Code::kInvalid, "iam.bad_request_shape");
  TRY(check_request_reason(wanted.reason));
  // For good.
  if (is_rule || !wanted.trust.empty()) return {};
  if (wanted.duration < std::chrono::seconds(1) || wanted.duration > kDurationMax)
    return fail(Code::kInvalid, "iam.bad_duration",
                {{"days", std::to_string(kDurationMax.count())}});
  return {};
}

Result<AccessService::Asked> AccessService::read_asked_role(Transaction& transaction,
                                                            TenantId tenant, const Wanted& wanted) {
  TRY(User user, user_of_tenant(transaction, tenant, *wanted.user));
  const std::string now(name_of(user.role));
  const bool is_for_a_time = user.role_until.has_value();
  const bool has_all =
      user.role == Role::kProviderAdministrator || user.role == Role::kTenantAdministrator;
  if (user.owner && *wanted.role != Role::kMember && *wanted.role != Role::kReader)
    return fail(Code::kInvalid, "iam.role_of_service");
  user.role = *wanted.role;
  Asked asked{.right = role_of(user)};
  if (!is_role_of(*wanted.role, tenant))
    return fail(Code::kInvalid, "iam.role_not_here", {{"role", asked.right.role}});
  if (!is_for_a_time && (has_all || now == asked.right.role))
    return std::unexpected(held_already(asked.right));
  if (is_for_a_time && now != asked.right.role)
    return fail(Code::kConflict, "iam.temporary_role", {{"role", now}});
  return asked;
}

Result<AccessService::Asked> AccessService::read_asked_profile(Transaction& transaction,
                                                               TenantId tenant,
                                                               const Wanted& wanted) {
  TRY(const Row profile, thing_of_tenant(transaction, "iam_profile", tenant, wanted.profile->value,
                                         "iam.profile_missing", "profile"));
  Asked asked{.right = {.kind = RightKind::kProfile,
                        .tenant = tenant,
                        .profile = *wanted.profile,
                        .name = profile.text("name"),
                        .privileged = profile.flag("privileged")},
              .profile_changed_us = profile.integer("changed_us")};
  if (wanted.group) {
    TRY(const Row group, thing_of_tenant(transaction, "iam_group", tenant, wanted.group->value,
                                         "iam.group_missing", "group"));
    asked.right.group = *wanted.group;
    asked.right.holder = group.text("name");
  } else {
    TRY(const User user, user_of_tenant(transaction, tenant, *wanted.user));
    TRY(check_may_hold(user));
    asked.right.user = user.id;
    asked.right.holder = user.name;
  }
  const std::string table = wanted.group ? "group_profile" : "user_profile";
  const std::string column = wanted.group ? "group_id" : "user_id";
  TRY(auto held,
      transaction.query("SELECT since_us FROM " + table + " WHERE " + column +
                            " = :holder_id AND profile_id = :profile_id AND expires_us IS NULL",
                        {{"holder_id", wanted.group ? wanted.group->value : wanted.user->value},
                         {"profile_id", wanted.profile->value}}));
  if (!held.empty()) return std::unexpected(held_already(asked.right));
  return asked;
}

Result<AccessService::Asked> AccessService::read_asked_membership(Transaction& transaction,
                                                                  TenantId tenant,
                                                                  const Wanted& wanted) {
  TRY(const User user, user_of_tenant(transaction, tenant, *wanted.user));
  TRY(const Row group, thing_of_tenant(transaction, "iam_group", tenant, wanted.group->value,
                                       "iam.group_missing", "group"));
  TRY(check_may_hold(user));
  TRY(const bool privileged, gives_privileges(transaction, *wanted.group));
  Asked asked{.right = {.kind = RightKind::kMembership,
                        .tenant = tenant,
                        .user = user.id,
                        .group = *wanted.group,
                        .holder = user.name,
                        .name = group.text("name"),
                        .privileged = privileged}};
  TRY(auto held,
      transaction.query("SELECT since_us FROM group_member WHERE group_id = :group_id "
                        "AND user_id = :user_id AND expires_us IS NULL",
                        {{"group_id", wanted.group->value}, {"user_id", user.id.value}}));
  if (!held.empty()) return std::unexpected(held_already(asked.right));
  return asked;
}

Result<AccessService::Asked> AccessService::read_asked_rule(Transaction& transaction,
                                                            TenantId tenant, const Wanted& wanted) {
  if (tenant == kProviderTenant && *wanted.four_eyes == FourEyes::kNone)
    return fail(Code::kConflict, "iam.provider_needs_four_eyes");
  TRY(auto rows,
      transaction.query("SELECT name FROM tenant WHERE id = :id", {{"id", tenant.value}}));
  const std::string rule(name_of(*wanted.four_eyes));
  Asked asked{.right = {.kind = RightKind::kFourEyes,
                        .tenant = tenant,
                        .role = rule,
                        .holder = rows.at(0).text("name"),
                        .name = rule,
                        .privileged = true}};
  TRY(const FourEyes now, four_eyes_of(transaction, tenant));
  if (*wanted.four_eyes >= now)
    return fail(Code::kConflict, "iam.rule_not_weaker", {{"rule", std::string(name_of(now))}});
  return asked;
}

Result<AccessService::Asked> AccessService::read_asked(Transaction& transaction, TenantId tenant,
                                                       const Wanted& wanted) {
  if (wanted.four_eyes) return read_asked_rule(transaction, tenant, wanted);
  if (!wanted.trust.empty()) return read_asked_trust(transaction, tenant, wanted);
  TRY(Asked asked, wanted.delegation  ? read_asked_delegation(transaction, tenant, wanted)
                   : wanted.role      ? read_asked_role(transaction, tenant, wanted)
                   : wanted.assumable ? read_asked_role_profile(transaction, tenant, wanted)
                   : wanted.profile   ? read_asked_profile(transaction, tenant, wanted)
                                      : read_asked_membership(transaction, tenant, wanted));
  if (asked.right.privileged && wanted.duration > kPrivilegedDurationMax)
    return fail(Code::kInvalid, "iam.bad_duration",
                {{"days", std::to_string(kPrivilegedDurationMax.count())}});
  return asked;
}

Result<> AccessService::check_room_for(Transaction& transaction, const Principal& by,
                                       const Asked& asked) {
  const Right& right = asked.right;
  TRY(auto rows, transaction.query(
                     "SELECT (SELECT count(*) FROM access_request r WHERE r.state = 'pending' AND "
                     "r.tenant_id = :tenant_id) AS of_tenant, "
                     "(SELECT count(*) FROM access_request r WHERE r.state = 'pending' AND "
                     "r.requested_by_user_id = :by_id) AS of_user, "
                     "(SELECT count(*) FROM access_request r WHERE r.state = 'pending' AND "
                     "r.tenant_id = :tenant_id AND r.kind = :kind AND r.user_id = :user_id AND "
                     "r.group_id = :group_id AND r.profile_id = :profile_id AND r.role = :role AND "
                     "r.assumable_role_id = :assumable_role_id) AS same",
                     {{"tenant_id", right.tenant.value},
                      {"by_id", by.user.value},
                      {"kind", std::string(name_of(right.kind))},
                      {"user_id", right.user.value},
                      {"group_id", right.group.value},
                      {"profile_id", right.profile.value},
                      {"role", right.role},
                      {"assumable_role_id", right.assumable.value}}));
  if (rows[0].integer("same") > 0) return fail(Code::kConflict, "iam.asked_already");
  if (rows[0].integer("of_user") >= kPendingMax ||
      rows[0].integer("of_tenant") >= kPendingOfTenantMax)
    return fail(Code::kConflict, "iam.too_many_requests",
                {{"maximum", std::to_string(kPendingMax)}});
  return {};
}

Result<RequestId> AccessService::insert_request(Transaction& transaction, const Principal& by,
                                                const Wanted& wanted, const Asked& asked) {
  const RequestId id{core_.random.id()};
  const Timestamp now = core_.clock.now();
  const Right& right = asked.right;
  TRY(transaction.execute(
      "INSERT INTO access_request (id, tenant_id, kind, user_id, group_id, profile_id, "
      "assumable_role_id, role_changed_us, trust_document, role, holder, name, privileged, reason, "
      "duration_us, profile_changed_us, requested_by_user_id, requested_us, pending_until_us, "
      "state, decided_by_user_id, decision_reason, delegation_id) VALUES (:id, :tenant_id, :kind, "
      ":user_id, :group_id, :profile_id, :assumable_role_id, :role_changed_us, :trust, :role, "
      ":holder, :name, :privileged, :reason, :duration_us, :profile_changed_us, :by_id, :now_us, "
      ":until_us, 'pending', 0, '', :delegation_id)",
      {{"id", id.value},
       {"tenant_id", right.tenant.value},
       {"kind", std::string(name_of(right.kind))},
       {"user_id", right.user.value},
       {"group_id", right.group.value},
       {"profile_id", right.profile.value},
       {"assumable_role_id", right.assumable.value},
       {"role_changed_us", asked.role_changed_us},
       {"trust", wanted.trust},
       {"role", right.role},
       {"holder", right.holder},
       {"name", right.name},
       {"privileged", std::int64_t(right.privileged)},
       {"reason", wanted.reason},
       {"delegation_id", right.delegation.value},
       {"duration_us", wanted.four_eyes || !wanted.trust.empty() ? 0 : wanted.duration.count()},
       {"profile_changed_us", asked.profile_changed_us},
       {"by_id", by.user.value},
       {"now_us", to_us(now)},
       {"until_us", to_us(now + kPendingFor)}}));
  TRY(core_.trail.changed(transaction, right.tenant, by,
                          {"iam:RequestRight",
                           resource_of(id),
                           {{"kind", std::string(name_of(right.kind))},
                            {"holder", right.holder},
                            {"name", right.name},
                            {"reason", wanted.reason}}}));
  return id;
}

Task<AccessRequest> AccessService::ask(const Principal& by, const Wanted& wanted) {
  co_return co_await core_.write<AccessRequest>(
      [&](Transaction& transaction) -> Result<AccessRequest> {
        // For oneself alone what is one's own; for all else an administrator's right.
        const std::string resource = wanted.user ? resource_of(*wanted.user) : "belfry:request/*";
        TRY(core_.check(by, "iam:RequestRight", {resource, by.tenant},
                        Error(Code::kDenied, "iam.denied")));
        TRY(const RequestId id, ask_in(transaction, by, wanted));
        return read_request(transaction, by, id);
      });
}

Result<RequestId> AccessService::ask_in(Transaction& transaction, const Principal& by,
                                        const Wanted& wanted) {
  TRY(check_wanted(wanted));
  TRY(const Asked asked, read_asked(transaction, by.tenant, wanted));
  TRY(check_room_for(transaction, by, asked));
  return insert_request(transaction, by, wanted, asked);
}

Result<std::optional<Cover>> AccessService::cover_of_request(Transaction& transaction,
                                                             const Principal& by,
                                                             const AccessRequest& request) {
  const bool is_profile = request.kind == RightKind::kProfile && !request.group;
  const bool is_membership = request.kind == RightKind::kMembership;
  if (request.privileged || (!is_profile && !is_membership)) return std::optional<Cover>();
  return cover_of(transaction, by, request.user, DelegatedAct::kApprove,
                  {.profile = request.profile, .group = request.group}, core_.clock.now());
}

Task<Choices> AccessService::list_choices(const Principal& by) {
  CO_TRY(core_.check(by, "iam:RequestRight", {resource_of(by.user), by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  co_return co_await core_.read<Choices>([&](Transaction& transaction) -> Result<Choices> {
    Choices choices;
    for (Role role : {Role::kProviderAdministrator, Role::kOperator, Role::kTenantAdministrator,
                      Role::kMember, Role::kReader})
      if (is_role_of(role, by.tenant))
        choices.roles.push_back(
            {std::string(name_of(role)), std::string(name_of(role)), is_privileged(role)});
    TRY(auto profiles, transaction.query("SELECT id, name, privileged FROM iam_profile WHERE "
                                         "tenant_id = :tenant_id ORDER BY name",
                                         {{"tenant_id", by.tenant.value}}));
    for (const Row& row : profiles)
      choices.profiles.push_back(
          {std::to_string(row.integer("id")), row.text("name"), row.flag("privileged")});
    TRY(choices.assumables, list_assumables(transaction, by));
    TRY(auto groups,
        transaction.query("SELECT g.id, g.name, (SELECT count(*) FROM group_profile h JOIN "
                          "iam_profile p ON p.id = h.profile_id WHERE h.group_id = g.id AND "
                          "p.privileged = 1) AS n FROM iam_group g WHERE "
                          "g.tenant_id = :tenant_id ORDER BY g.name",
                          {{"tenant_id", by.tenant.value}}));
    for (const Row& row : groups)
      choices.groups.push_back(
          {std::to_string(row.integer("id")), row.text("name"), row.integer("n") > 0});
    return choices;
  });
}

Result<AccessRequest> AccessService::read_request(Transaction& transaction, const Principal& by,
                                                  RequestId id) {
  TRY(auto rows, transaction.query("SELECT " + kRequestColumns +
                                       " FROM access_request r WHERE r.id = :id AND "
                                       "r.tenant_id = :tenant_id",
                                   {{"id", id.value},
                                    {"tenant_id", by.tenant.value},
                                    {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(request_missing(id));
  AccessRequest request = request_of(rows[0]);
  const bool is_own = request.requested_by == by.user || request.user == by.user;
  TRY(const auto cover, cover_of_request(transaction, by, request));
  auto allowed =
      decide(core_.tree, by, "iam:GetRequest",
             resource_under(is_own ? resource_of(by.user) : resource_of(id), by.tenant, cover));
  // Whoever may not see it does not learn that it is there.
  if (!allowed && allowed.error().message() == "iam.denied")
    return std::unexpected(request_missing(id));
  TRY(allowed);
  return request;
}

Task<AccessRequest> AccessService::find_request(const Principal& by, RequestId id) {
  co_return co_await core_.read<AccessRequest>(
      [&](Transaction& transaction) { return read_request(transaction, by, id); });
}

Task<Listing<AccessRequest>> AccessService::list_requests(const Principal& by,
                                                          std::optional<RequestState> state,
                                                          Page page) {
  using List = Listing<AccessRequest>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  CO_TRY(core_.check(by, "iam:GetRequest", {resource_of(by.user), by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  const bool sees_all =
      decide(core_.tree, by, "iam:GetRequest", {"belfry:request/*", by.tenant}).has_value();
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            "SELECT " + kRequestColumns +
                " FROM access_request r WHERE r.tenant_id = :tenant_id AND "
                "(:sees_all = 1 OR r.requested_by_user_id = :by_id OR r.user_id = :by_id OR "
                "(:is_delegate = 1 AND " +
                covered_requests() +
                ")) AND "
                "(:state = '' OR r.state = :state) AND (:is_first = 1 OR "
                "r.requested_us < :after_us OR (r.requested_us = :after_us AND r.id < :after_id)) "
                "ORDER BY r.requested_us DESC, r.id DESC LIMIT :limit",
            {{"tenant_id", by.tenant.value},
             {"sees_all", std::int64_t(sees_all)},
             {"is_delegate", std::int64_t(is_delegate(by))},
             {"by_id", by.user.value},
             {"state", state ? std::string(name_of(*state)) : ""},
             {"is_first", std::int64_t(page.after.empty())},
             {"after_us", after.us},
             {"after_id", id_of(after)},
             {"now_us", to_us(core_.clock.now())},
             {"limit", rows_of(page)}}));
    std::vector<AccessRequest> requests;
    requests.reserve(rows.size());
    for (const Row& row : rows) requests.push_back(request_of(row));
    return page_of(std::move(requests), page, [](const AccessRequest& request) {
      return text_of(request.requested, request.id.text());
    });
  });
}

}  // namespace belfry::iam
