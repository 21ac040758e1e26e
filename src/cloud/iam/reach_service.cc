#include "reach_service.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "held_policies.h"
#include "paging.h"
#include "role_assumption.h"
#include "rows.h"
#include "user_reach.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Users that one page looks at, each with a query; keys that an S3 client may give.
constexpr std::size_t kUsersOfPage = 100, kKeyOctetsMax = 1024, kBucketsMax = 1000;
// Of "what can this person do": each role is asked about each bucket, and both are in the answer.
constexpr std::size_t kRolesAndBucketsMax = 5000;
// What no statement about the own account is about.
constexpr const char* kAnythingOfTenant = "belfry:all";
// As what the session of a role is called that is asked about without a name.
constexpr std::string_view kSessionOfQuestion = "belfry";

using policy::Certainty;

RoleAssumption assumption_of(const Simulated& request, const ReadRole& role) {
  return {.role_arn = role.arn,
          .session_name =
              request.session_name.empty() ? std::string(kSessionOfQuestion) : request.session_name,
          .external_id = request.external_id};
}

std::vector<ActReach> acts_of(const TenantTree& tree, const Principal& user,
                              const std::string& bucket, const std::string& prefix,
                              const policy::PolicyPtr& attached) {
  std::vector<ActReach> acts;
  for (BucketAct act : kBucketActs) {
    const ActAsked asked = asked_of(act, bucket, prefix);
    UserReach found =
        find_user_reach(tree, user, {asked.action, asked.resource, asked.extent}, attached);
    if (found.certainty == Certainty::kNever) continue;
    acts.push_back({act, found.certainty, found.needs_second_factor, std::move(found.reasons)});
  }
  return acts;
}

// What roles of the tenant may do in a bucket, those that may do nothing left out.
std::vector<RoleReach> reaches_of(const TenantTree& tree, const std::vector<ReadRole>& roles,
                                  const BucketAsked& bucket, const std::string& prefix,
                                  const policy::PolicyPtr& attached) {
  std::vector<RoleReach> reaches;
  for (const ReadRole& role : roles) {
    auto acts = acts_of(tree, role.session, bucket.name, prefix, attached);
    if (acts.empty()) continue;
    reaches.push_back({.role = role.id,
                       .name = role.name,
                       .arn = role.arn,
                       .privileged = role.privileged,
                       .acts = std::move(acts)});
  }
  return reaches;
}

// Who assumes each, besides the tenant's users.
void add_others(RoleWays& ways, const std::vector<ReadRole>& roles,
                std::vector<RoleReach>& reaches) {
  for (RoleReach& reach : reaches) {
    const auto role = std::ranges::find(roles, reach.role, &ReadRole::id);
    reach.others = ways.chained_to(std::size_t(role - roles.begin()));
    std::ranges::move(find_others(*role), std::back_inserter(reach.others));
  }
}

Result<> check_key(const std::string& key) {
  if (key.size() <= kKeyOctetsMax && is_utf8(key) && !key.contains('\0')) return {};
  return fail(Code::kInvalid, "iam.bad_prefix");
}

}  // namespace

std::string_view name_of(BucketAct act) {
  constexpr std::string_view kNames[] = {"read", "list", "write", "delete", "change_policy"};
  return kNames[std::size_t(act)];
}

std::string_view name_of(Certainty certainty) {
  constexpr std::string_view kNames[] = {"never", "maybe", "always"};
  return kNames[std::size_t(certainty)];
}

std::string_view name_of(Reason::Source source) {
  constexpr std::string_view kNames[] = {"role",          "profile", "boundary",
                                         "bucket_policy", "trust",   "intervention"};
  return kNames[std::size_t(source)];
}

Result<Principal> ReachService::read_principal(Transaction& transaction, const Row& user) {
  TRY(auto held,
      read_held_policies(transaction, core_.held, UserId{user.integer("id")}, core_.clock.now()));
  return Principal{.tenant = TenantId{user.integer("tenant_id")},
                   .user = UserId{user.integer("id")},
                   .name = user.text("name"),
                   .role = role_named(user.text("role")).value_or(Role::kReader),
                   .method = Method::kSession,
                   .credential = {},
                   .second_factor = true,
                   .held = std::move(held),
                   .factor_demanded = user.integer("factor_demanded") > 0};
}

// A policy that cannot be read allows nothing, as in `authorize`.
Result<policy::PolicyPtr> ReachService::compile(const std::string& document) {
  if (document.empty()) return policy::PolicyPtr();
  return attached_.find(document);
}

Result<Principal> ReachService::read_user_of(Transaction& transaction, const Principal& by,
                                             UserId user) {
  const Error missing(Code::kNotFound, "iam.user_missing", {{"user", user.text()}});
  TRY(auto rows,
      transaction.query("SELECT u.id, u.tenant_id, u.name, " + std::string(kRoleNow) + ", " +
                            std::string(kFactorDemanded) +
                            " FROM iam_user u WHERE u.id = :id AND u.deleted_us IS NULL AND "
                            "u.tenant_id = :tenant_id",
                        {{"id", user.value},
                         {"tenant_id", by.tenant.value},
                         {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(missing);
  TRY(core_.check(by, "iam:GetAccess", {resource_of(user), by.tenant}, missing));
  return read_principal(transaction, rows[0]);
}

Task<> ReachService::add_outsiders(WhoReaches& found, TenantId owner, const BucketAsked& bucket,
                                   const std::string& prefix) {
  CO_TRY(const auto attached, compile(bucket.policy));
  CO_TRY(const auto block, co_await public_access_.block_of(owner));
  const bool is_restricted = bucket.restricts_public || block.restrict_public_buckets;
  if (!is_restricted || !policy::is_public(*attached))
    found.foreigners = find_foreigners(*attached, owner, bucket.name, prefix);
  if (!is_restricted)
    found.everybody = find_everybody(core_.tree, attached, owner, bucket.name, prefix);
  co_return Result<>();
}

Task<WhoReaches> ReachService::who(const Principal& by, const BucketAsked& bucket,
                                   const std::string& prefix, Page page) {
  CO_TRY(const std::string after, read_text_key(page.after));
  CO_TRY(check_key(prefix));
  CO_TRY(core_.check(by, "iam:GetAccess", {"belfry:user/all", by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  const auto attached = compile(bucket.policy);
  WhoReaches found;
  if (!attached) co_return found;
  if (*attached && after.empty()) CO_TRY(co_await add_outsiders(found, by.tenant, bucket, prefix));
  page.limit = std::min(page.limit, kUsersOfPage);
  CO_TRY(found.people,
         co_await core_.read<Listing<PersonReach>>(
             [&](Transaction& transaction) -> Result<Listing<PersonReach>> {
               TRY(auto rows,
                   transaction.query(
                       "SELECT u.id, u.tenant_id, u.name, " + std::string(kRoleNow) + ", " +
                           std::string(kFactorDemanded) +
                           " FROM iam_user u WHERE u.tenant_id = :tenant_id AND u.active = 1 "
                           "AND u.name_key > :after ORDER BY u.name_key LIMIT :limit",
                       {{"tenant_id", by.tenant.value},
                        {"after", after},
                        {"now_us", to_us(core_.clock.now())},
                        {"limit", rows_of(page)}}));
               TRY(const auto roles, read_roles(core_, transaction, by.tenant));
               RoleWays ways(core_.tree, roles);
               auto reaches = reaches_of(core_.tree, roles, bucket, prefix, *attached);
               std::vector<PersonReach> people;
               for (const Row& row : rows) {
                 TRY(const Principal user, read_principal(transaction, row));
                 PersonReach person{user.user, user.name, user.role,
                                    acts_of(core_.tree, user, bucket.name, prefix, *attached)};
                 if (!reaches.empty()) person.roles = ways.of(user);
                 std::erase_if(person.roles, [&](const RoleWay& way) {
                   return std::ranges::find(reaches, way.role, &RoleReach::role) == reaches.end();
                 });
                 people.push_back(std::move(person));
               }
               auto listing = page_of(std::move(people), page, [](const PersonReach& person) {
                 return to_lower(person.name);
               });
               std::erase_if(listing.things, [](const PersonReach& person) {
                 return person.acts.empty() && person.roles.empty();
               });
               if (after.empty()) {
                 add_others(ways, roles, reaches);
                 found.roles = std::move(reaches);
                 TRY(add_staff(transaction, found, bucket, by.tenant, prefix, *attached));
               }
               return listing;
             }));
  co_return found;
}

std::vector<BucketReach> ReachService::buckets_of(const Principal& who,
                                                  const std::vector<BucketAsked>& buckets) {
  std::vector<BucketReach> found;
  for (const BucketAsked& bucket : buckets) {
    const auto attached = compile(bucket.policy);
    if (!attached) continue;
    auto acts = acts_of(core_.tree, who, bucket.name, "", *attached);
    if (!acts.empty()) found.push_back({bucket.name, std::move(acts)});
  }
  return found;
}

Task<WhatReaches> ReachService::what(const Principal& by, UserId user,
                                     const std::vector<BucketAsked>& buckets,
                                     const std::vector<std::string>& actions) {
  std::vector<ReadRole> roles;
  CO_TRY(const Subject subject,
         co_await core_.read<Subject>([&](Transaction& transaction) -> Result<Subject> {
           TRY(auto found, read_anybody(transaction, by, user));
           TRY(roles, read_roles(core_, transaction, by.tenant));
           return found;
         }));
  if (buckets.size() > kBucketsMax) co_return fail(Code::kExhausted, "iam.too_many_buckets");
  co_return co_await runtime::blocking(*core_.pool, [&]() -> Result<WhatReaches> {
    if (subject.is_staff) return what_of_staff(subject, buckets);
    const Principal& asked = *subject.user;
    WhatReaches found{.buckets = buckets_of(asked, buckets)};
    found.services = services_of(asked, actions);
    auto ways = RoleWays(core_.tree, roles).of(asked);
    if (ways.size() * buckets.size() > kRolesAndBucketsMax)
      return fail(Code::kExhausted, "iam.too_many_buckets");
    for (RoleWay& way : ways) {
      const auto role = std::ranges::find(roles, way.role, &ReadRole::id);
      found.roles.push_back(
          {std::move(way), role->profiles, role->privileged, buckets_of(role->session, buckets)});
    }
    return found;
  });
}

Result<ReachService::Subject> ReachService::read_subject(Transaction& transaction,
                                                         const Principal& by,
                                                         const Simulated& request) {
  Subject subject;
  if (request.user && !request.role) return read_anybody(transaction, by, request.user);
  if (request.user || !request.role) {
    TRY(subject.user, read_user_of(transaction, by, request.user));
  } else {
    TRY(core_.check(by, "iam:GetAccess", {"belfry:user/all", by.tenant},
                    Error(Code::kDenied, "iam.denied")));
  }
  if (!request.role) return subject;
  TRY(auto roles, read_roles(core_, transaction, by.tenant));
  const auto named = std::ranges::find(roles, *request.role, &ReadRole::id);
  if (named == roles.end())
    return fail(Code::kNotFound, "iam.role_missing", {{"role", request.role->text()}});
  subject.role = std::move(*named);
  return subject;
}

bool ReachService::decide_into(Explanation& explained, const Principal& who,
                               const std::string& action, const Resource& resource,
                               const Context& context, const policy::PolicyPtr& attached) {
  const auto decided = decide(core_.tree, who, action, resource, context, attached);
  auto reasons =
      find_user_reach(core_.tree, who, {action, resource.name}, attached, &context).reasons;
  std::ranges::move(reasons, std::back_inserter(explained.reasons));
  if (!decided) {
    explained.refusal = decided.error().message();
    explained.action = action;
    explained.resource = resource.name;
  }
  return decided.has_value();
}

// As `assume_role` decides.
bool ReachService::explain_assumption(Explanation& explained, const Principal& user,
                                      const ReadRole& role, const RoleAssumption& wanted,
                                      const Context& context) {
  const AssumptionFacts facts(wanted);
  Context of_assumption = context;
  of_assumption.protocol = &facts;
  const std::string action = "sts:AssumeRole";
  if (!role.trust) {
    explained.refusal = "iam.denied";
  } else if (decide_into(explained, user, action, {role.arn, user.tenant}, of_assumption,
                         role.trust)) {
    if (user.second_factor || (!role.privileged && !user.factor_demanded)) return true;
    explained.refusal = role.privileged ? "iam.second_factor_needed" : "iam.factor_demanded";
  }
  explained.action = action;
  explained.resource = role.arn;
  return false;
}

Task<Explanation> ReachService::explain(const Principal& by, const Simulated& request,
                                        const Context& context) {
  CO_TRY(Subject subject,
         co_await core_.read<Subject>([&](Transaction& transaction) -> Result<Subject> {
           return read_subject(transaction, by, request);
         }));
  if (request.action.find(':') == std::string::npos ||
      (request.role && !request.action.starts_with("s3:")))
    co_return fail(Code::kInvalid, "iam.bad_simulation");
  CO_TRY(check_key(request.resource));
  Explanation explained;
  const auto attached = compile(request.policy);
  if (!attached) {
    explained.refusal = attached.error().message();
    explained.action = request.action;
    explained.resource = request.resource;
    co_return explained;
  }
  if (subject.is_staff) co_return explain_staff(subject, request, by.tenant, context, *attached);
  Principal who;
  if (subject.user) {
    who = *subject.user;
    who.second_factor = request.second_factor;
  }
  if (subject.role) {
    const RoleAssumption wanted = assumption_of(request, *subject.role);
    CO_TRY(check_wanted(wanted));
    if (subject.user && !explain_assumption(explained, who, *subject.role, wanted, context))
      co_return explained;
    Principal session = session_named(*subject.role, wanted.session_name);
    session.second_factor = request.second_factor;
    if (subject.user) session.factor_demanded = who.factor_demanded;
    who = std::move(session);
  }
  std::string resource = request.resource;
  if (resource == "self") resource = resource_of(who.user);
  // As a name it would ask whether there is anything at all, the own account too.
  if (resource == "*") resource = kAnythingOfTenant;
  explained.allowed =
      decide_into(explained, who, request.action, {resource, who.tenant}, context, *attached);
  co_return explained;
}

}  // namespace belfry::iam
