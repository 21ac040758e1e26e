// What the provider's staff reach of a customer's, and what users may do of services besides
// buckets.
#include "intervention_service.h"
#include "reach_service.h"
#include "rights.h"
#include "rows.h"
#include "user_reach.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using policy::Certainty;

// Of one that is open; null: it is over meanwhile, or allows nothing.
const OpenIntervention* open_of(const Principal& staff, InterventionId id) {
  if (!staff.interventions) return nullptr;
  const auto found = std::ranges::find(*staff.interventions, id, &OpenIntervention::id);
  return found == staff.interventions->end() ? nullptr : &*found;
}

std::vector<ActReach> staff_acts_of(const TenantTree& tree, const Principal& staff,
                                    const OpenIntervention& open, const std::string& bucket,
                                    const std::string& prefix, const policy::PolicyPtr& attached) {
  std::vector<ActReach> acts;
  for (BucketAct act : kBucketActs) {
    const ActAsked asked = asked_of(act, bucket, prefix);
    UserReach found =
        find_staff_reach(tree, staff, open, {asked.action, asked.resource, asked.extent}, attached);
    if (found.certainty == Certainty::kNever) continue;
    acts.push_back({act, found.certainty, found.needs_second_factor, std::move(found.reasons)});
  }
  return acts;
}

}  // namespace

Result<ReachService::Subject> ReachService::read_anybody(Transaction& transaction,
                                                         const Principal& by, UserId user) {
  Subject subject;
  auto own = read_user_of(transaction, by, user);
  if (own) {
    subject.user = *std::move(own);
    return subject;
  }
  if (own.error().code() != Code::kNotFound || by.tenant == kProviderTenant)
    return std::unexpected(own.error());
  // Those whom its administrators may see anyway.
  TRY(core_.check(by, "iam:GetAccess", {"belfry:user/all", by.tenant}, own.error()));
  TRY(auto rows,
      transaction.query("SELECT u.id, u.tenant_id, u.name, " + std::string(kRoleNow) + ", " +
                            std::string(kFactorDemanded) +
                            " FROM iam_user u WHERE u.id = :id AND u.tenant_id = :provider_id AND "
                            "EXISTS (SELECT 1 FROM intervention i WHERE i.staff_user_id = u.id AND "
                            "i.tenant_id = :tenant_id)",
                        {{"id", user.value},
                         {"provider_id", kProviderTenant.value},
                         {"tenant_id", by.tenant.value},
                         {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(own.error());
  subject.is_staff = true;
  TRY(subject.user, read_principal(transaction, rows[0]));
  TRY(auto open, read_open(transaction, by.tenant, user));
  for (OpenOne& each : open) {
    subject.user = std::move(each.staff);
    subject.staff.push_back(std::move(each.told));
  }
  return subject;
}

Result<std::vector<ReachService::OpenOne>> ReachService::read_open(Transaction& transaction,
                                                                   TenantId tenant,
                                                                   std::optional<UserId> staff) {
  const Timestamp now = core_.clock.now();
  TRY(auto rows, transaction.query(
                     kInterventionQuery +
                         "i.tenant_id = :viewer_id AND i.state = 'open' AND i.expires_us > :now_us "
                         "AND (:anybody = 1 OR i.staff_user_id = :staff_id) ORDER BY i.staff_name, "
                         "i.id",
                     {{"tenant_id", kProviderTenant.value},
                      {"viewer_id", tenant.value},
                      {"anybody", std::int64_t(!staff)},
                      {"staff_id", staff.value_or(UserId{}).value},
                      {"now_us", to_us(now)}}));
  std::vector<OpenOne> open;
  for (const Row& row : rows) {
    const Intervention each = intervention_of(row, now);
    TRY(auto users, transaction.query("SELECT u.id, u.tenant_id, u.name, " + std::string(kRoleNow) +
                                          ", " + std::string(kFactorDemanded) +
                                          " FROM iam_user u WHERE u.id = :id AND u.active = 1 AND "
                                          "u.deleted_us IS NULL",
                                      {{"id", each.staff.value}, {"now_us", to_us(now)}}));
    // Who is suspended does nothing by it.
    if (users.empty()) continue;
    OpenOne one{{.staff = each.staff,
                 .name = each.staff_name,
                 .arn = each.staff_arn,
                 .intervention = each.id,
                 .kind = each.kind,
                 .reason = each.reason,
                 .approved_by = each.decided_by_name,
                 .expires = *each.expires},
                {}};
    TRY(one.staff, read_principal(transaction, users[0]));
    TRY(one.staff.interventions,
        read_open_interventions(core_, transaction, kProviderTenant, each.staff, now));
    open.push_back(std::move(one));
  }
  return open;
}

Result<> ReachService::add_staff(Transaction& transaction, WhoReaches& found,
                                 const BucketAsked& bucket, TenantId owner,
                                 const std::string& prefix, const policy::PolicyPtr& attached) {
  TRY(auto open, read_open(transaction, owner, std::nullopt));
  for (OpenOne& each : open) {
    const OpenIntervention* by = open_of(each.staff, each.told.intervention);
    if (!by) continue;
    each.told.acts = staff_acts_of(core_.tree, each.staff, *by, bucket.name, prefix, attached);
    if (!each.told.acts.empty()) found.staff.push_back(std::move(each.told));
  }
  return {};
}

WhatReaches ReachService::what_of_staff(const Subject& subject,
                                        const std::vector<BucketAsked>& buckets) {
  WhatReaches found{.buckets = {}, .roles = {}, .services = {}, .is_staff = true};
  found.staff = subject.staff;
  for (const StaffReach& each : subject.staff) {
    const OpenIntervention* by = open_of(*subject.user, each.intervention);
    if (!by) continue;
    for (const BucketAsked& bucket : buckets) {
      const auto attached = compile(bucket.policy);
      if (!attached) continue;
      auto acts = staff_acts_of(core_.tree, *subject.user, *by, bucket.name, "", *attached);
      if (!acts.empty()) found.buckets.push_back({bucket.name, std::move(acts)});
    }
  }
  return found;
}

Explanation ReachService::explain_staff(const Subject& subject, const Simulated& request,
                                        TenantId owner, const Context& context,
                                        const policy::PolicyPtr& attached) {
  Explanation explained{.is_staff = true, .staff = subject.staff};
  Principal staff = *subject.user;
  staff.second_factor = request.second_factor;
  const auto decided =
      decide(core_.tree, staff, request.action, {request.resource, owner}, context, attached);
  explained.allowed = decided.has_value();
  if (!decided) {
    explained.refusal = subject.staff.empty() ? "iam.staff_not_let_in" : decided.error().message();
    explained.action = request.action;
    explained.resource = request.resource;
  }
  for (const StaffReach& each : subject.staff) {
    const OpenIntervention* by = open_of(staff, each.intervention);
    if (!by || !request.action.starts_with("s3:")) continue;
    auto reach = find_staff_reach(core_.tree, staff, *by, {request.action, request.resource},
                                  attached, &context);
    std::ranges::move(reach.reasons, std::back_inserter(explained.reasons));
  }
  return explained;
}

std::vector<ServiceReach> ReachService::services_of(const Principal& who,
                                                    const std::vector<std::string>& actions) {
  const std::string own = resource_of(who.user);
  std::vector<ServiceReach> services;
  for (const std::string& action : actions) {
    if (action.starts_with("s3:") || action.starts_with("sts:")) continue;
    const Asked asked[] = {{action, "", policy::Extent::kAllThatBegin}, {action, own}};
    for (const Asked& each : asked) {
      UserReach found = find_user_reach(core_.tree, who, each, nullptr);
      if (found.certainty == Certainty::kNever) continue;
      const bool own_alone = each.resource == own;
      services.push_back(
          {.action = action,
           .own_alone = own_alone,
           .certainty = found.certainty,
           .needs_second_factor = found.needs_second_factor && !(own_alone && is_enrolment(action)),
           .reasons = std::move(found.reasons)});
      break;
    }
  }
  return services;
}

}  // namespace belfry::iam
