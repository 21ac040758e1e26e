// Between rows of the tables and the types of access.h.
#include "access_service.h"
#include "base/ensure.h"
#include "rows.h"

#include <algorithm>
#include <array>
#include <utility>

namespace belfry::iam {
namespace {

template <class T, std::size_t n>
using Names = std::array<std::pair<T, std::string_view>, n>;

constexpr Names<FourEyes, 3> kFourEyes = {
    {{FourEyes::kNone, "none"}, {FourEyes::kPrivileged, "privileged"}, {FourEyes::kAll, "all"}}};
constexpr Names<RightKind, 8> kKinds = {{{RightKind::kRole, "role"},
                                         {RightKind::kProfile, "profile"},
                                         {RightKind::kMembership, "membership"},
                                         {RightKind::kBoundary, "boundary"},
                                         {RightKind::kFourEyes, "four_eyes"},
                                         {RightKind::kDelegation, "delegation"},
                                         {RightKind::kRoleProfile, "role_profile"},
                                         {RightKind::kTrust, "trust"}}};
constexpr Names<RequestState, 5> kStates = {{{RequestState::kPending, "pending"},
                                             {RequestState::kApproved, "approved"},
                                             {RequestState::kRefused, "refused"},
                                             {RequestState::kCancelled, "cancelled"},
                                             {RequestState::kLapsed, "lapsed"}}};

template <class T, std::size_t n>
std::string_view name_in(const Names<T, n>& names, T wanted) {
  for (const auto& [known, name] : names)
    if (known == wanted) return name;
  return "";
}

template <class T, std::size_t n>
std::optional<T> named_in(const Names<T, n>& names, std::string_view wanted) {
  for (const auto& [known, name] : names)
    if (name == wanted) return known;
  return std::nullopt;
}

// Only the program writes it.
template <class T>
T known(std::optional<T> value) {
  ENSURE(value.has_value());
  return *value;
}

std::string text_or_none(const Row& row, std::string_view column) {
  return row.is_null(column) ? "" : row.text(column);
}

// SQL: whether one user could come as another, both by their numbers. It gave the account, by the
// record of its first role, and knew the first password; or it keeps an issuer that says who it is.
std::string could_come_as(const std::string& who, const std::string& whom) {
  // The program itself (0) gives accounts too, and comes as nobody.
  return "(" + who +
         " = COALESCE(NULLIF((SELECT g.given_by_user_id FROM iam_grant g WHERE g.kind = 'role' AND "
         "g.user_id = " +
         whom +
         " ORDER BY g.since_us, g.id LIMIT 1), 0), -1) OR EXISTS (SELECT 1 FROM account_way w "
         "WHERE "
         "w.user_id = " +
         whom + " AND w.by_user_id = " + who + "))";
}

// SQL: of a program its owner, else the user itself, by their numbers.
std::string person_behind(const std::string& user_id) {
  return "COALESCE((SELECT o.owner_id FROM iam_user o WHERE o.id = " + user_id + "), " + user_id +
         ")";
}

}  // namespace

std::string may_be_one(const std::string& one, const std::string& other) {
  return "(" + could_come_as(one, other) + " OR " + could_come_as(other, one) + ")";
}

std::string is_one_person(const std::string& one, const std::string& other) {
  const auto persons_of = [](const std::string& user) {
    return "(SELECT a.person_id FROM person_account a WHERE a.user_id = " + person_behind(user) +
           " UNION ALL SELECT b.person_id FROM former_account b WHERE b.user_id = " +
           person_behind(user) + ")";
  };
  return "EXISTS (SELECT 1 FROM " + persons_of(one) + " x JOIN " + persons_of(other) +
         " y ON y.person_id = x.person_id)";
}

std::string_view name_of(FourEyes rule) {
  return name_in(kFourEyes, rule);
}
std::optional<FourEyes> four_eyes_named(std::string_view name) {
  return named_in(kFourEyes, name);
}
std::string_view name_of(RightKind kind) {
  return name_in(kKinds, kind);
}
std::string_view name_of(RequestState state) {
  return name_in(kStates, state);
}
std::optional<RequestState> request_state_named(std::string_view name) {
  return named_in(kStates, name);
}

Principal system_in(TenantId tenant) {
  return {.tenant = tenant, .name = "system", .method = Method::kSystem, .credential = {}};
}

std::string resource_of(RequestId id) {
  return "belfry:request/" + id.text();
}
std::string resource_of(GrantId id) {
  return "belfry:grant/" + id.text();
}

Error request_missing(RequestId id) {
  return Error(Code::kNotFound, "iam.request_missing", {{"request", id.text()}});
}

std::string decider_columns(const std::string& asker, const std::string& profiting,
                            std::string_view who) {
  const std::string others = "(SELECT count(*) FROM iam_user u WHERE u.id <> " + asker +
                             " AND u.id <> " + profiting + " AND " + std::string(who);
  const std::string apart =
      " AND NOT " + may_be_one("u.id", asker) + " AND NOT " + may_be_one("u.id", profiting);
  const std::string able =
      " AND NOT " + is_one_person("u.id", asker) + " AND NOT " + is_one_person("u.id", profiting);
  return others + ") AS others, " + others + able + ") AS others_able, " + others + apart +
         ") AS apart, " + others + apart + able + ") AS apart_able";
}

Deciders deciders_of(const Row& row) {
  const bool are_apart = row.integer("apart") > 0;
  return {.others = std::size_t(row.integer("others")),
          .able = std::size_t(row.integer(are_apart ? "apart_able" : "others_able")),
          .are_apart = are_apart};
}

Result<Two> check_two(Transaction& transaction, const Principal& by, UserId asked, UserId profits,
                      bool are_apart) {
  // Who owns a service account profits from what it gets.
  TRY(auto owned, transaction.query("SELECT count(*) AS n FROM iam_user u WHERE u.owner_id = "
                                    ":user_id AND u.id IN (:holder_id, :requester_id)",
                                    {{"user_id", by.user.value},
                                     {"holder_id", profits.value},
                                     {"requester_id", asked.value}}));
  if (by.user == asked || by.user == profits || owned[0].integer("n") > 0)
    return fail(Code::kDenied, "iam.four_eyes");
  const auto either = [](auto relation) {
    return relation(":holder_id") + " OR " + relation(":requester_id");
  };
  const auto is_theirs = [](const std::string& user) { return is_one_person("u.id", user); };
  const auto may_be_theirs = [](const std::string& user) { return may_be_one("u.id", user); };
  TRY(auto found,
      transaction.query("SELECT CASE WHEN " + either(is_theirs) +
                            " THEN 1 ELSE 0 END AS is_one, CASE WHEN " + either(may_be_theirs) +
                            " THEN 1 ELSE 0 END AS may_be_one FROM iam_user u WHERE u.id = "
                            ":user_id",
                        {{"user_id", by.user.value},
                         {"holder_id", profits.value},
                         {"requester_id", asked.value}}));
  if (found.empty()) return Two::kApart;
  // Even where no other can decide, and whoever else could: else who writes the register would
  // choose who decides.
  if (found[0].flag("is_one")) return fail(Code::kDenied, "iam.four_eyes_of_person");
  if (!found[0].flag("may_be_one")) return Two::kApart;
  if (are_apart) return fail(Code::kDenied, "iam.four_eyes_of_maker");
  return Two::kMayBeOne;
}

const std::string kRequestColumns =
    "r.*, (SELECT x.name FROM iam_user x WHERE x.id = r.requested_by_user_id) AS requested_by_name,"
    " (SELECT x.name FROM iam_user x WHERE x.id = r.decided_by_user_id) AS decided_by_name, "
    "(SELECT a.trust_document FROM assumable_role a WHERE a.id = r.assumable_role_id) AS "
    "trust_now, " +
    decider_columns("r.requested_by_user_id", "r.user_id");

AccessRequest request_of(const Row& row) {
  const RequestState state = known(request_state_named(row.text("state")));
  const Deciders deciders = deciders_of(row);
  return {.id = RequestId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .kind = known(named_in(kKinds, row.text("kind"))),
          .user = UserId{row.integer("user_id")},
          .group = GroupId{row.integer("group_id")},
          .profile = ProfileId{row.integer("profile_id")},
          .holder = row.text("holder"),
          .name = row.text("name"),
          .privileged = row.flag("privileged"),
          .reason = row.text("reason"),
          .duration = Duration(row.integer("duration_us")),
          .requested_by = UserId{row.integer("requested_by_user_id")},
          .requested_by_name = text_or_none(row, "requested_by_name"),
          .requested = from_us(row.integer("requested_us")),
          .pending_until = from_us(row.integer("pending_until_us")),
          .state = state,
          .decided_by = UserId{row.integer("decided_by_user_id")},
          .decided_by_name = text_or_none(row, "decided_by_name"),
          .decided = optional_time(row, "decided_us"),
          .decision_reason = row.text("decision_reason"),
          .deciders = state == RequestState::kPending ? deciders.able : 0,
          .are_apart = deciders.are_apart,
          .delegation = DelegationId{row.integer("delegation_id")},
          .assumable = RoleId{row.integer("assumable_role_id")},
          .trust = row.text("trust_document"),
          .trust_now = state == RequestState::kPending ? text_or_none(row, "trust_now") : "",
          .approved_by_own_account = row.flag("approved_by_own_account")};
}

Grant grant_of(const Row& row) {
  return {.id = GrantId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .kind = known(named_in(kKinds, row.text("kind"))),
          .user = UserId{row.integer("user_id")},
          .group = GroupId{row.integer("group_id")},
          .profile = ProfileId{row.integer("profile_id")},
          .holder = row.text("holder"),
          .name = row.text("name"),
          .privileged = row.flag("privileged"),
          .origin = row.text("origin"),
          .request = RequestId{row.is_null("request_id") ? 0 : row.integer("request_id")},
          .given_by = UserId{row.integer("given_by_user_id")},
          .given_by_name = text_or_none(row, "given_by_name"),
          .since = from_us(row.integer("since_us")),
          .expires = optional_time(row, "expires_us"),
          .ended = optional_time(row, "ended_us"),
          .end_reason = row.text("end_reason"),
          .assumable = RoleId{row.integer("assumable_role_id")}};
}

Right right_of(const Grant& grant) {
  return {.kind = grant.kind,
          .tenant = grant.tenant,
          .user = grant.user,
          .group = grant.group,
          .profile = grant.profile,
          .role = grant.kind == RightKind::kRole ? grant.name : "",
          .holder = grant.holder,
          .name = grant.name,
          .privileged = grant.privileged,
          .assumable = grant.assumable};
}

Result<std::size_t> count_administrators(Transaction& transaction, TenantId tenant, Timestamp now) {
  TRY(auto rows, transaction.query(
                     "SELECT count(*) AS n FROM iam_user u WHERE " + std::string(kAdministrators),
                     {{"tenant_id", tenant.value}, {"now_us", to_us(now)}}));
  return std::size_t(rows[0].integer("n"));
}

}  // namespace belfry::iam
