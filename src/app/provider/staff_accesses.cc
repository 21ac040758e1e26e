// What the provider's staff did on customers' data, by the customers' own logs: each is followed to
// its end, and what it tells kept with the number of the intervention that it names.
#include "iam/iam.h"
#include "log_facts.h"

#include <map>

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr Duration kKept = std::chrono::days(31);
constexpr const char* kForget = "DELETE FROM staff_access WHERE last_us < :before_us";

// "nadia"; of what is no user's the ARN from there on.
std::string name_in(const std::string& arn, const std::string& staff) {
  constexpr std::string_view kUser = "user/";
  const std::string rest = arn.substr(staff.size());
  return rest.starts_with(kUser) ? rest.substr(kUser.size()) : rest;
}

Result<> add_accesses(Transaction& transaction, TenantId tenant, const StaffAccesses& accesses) {
  for (const auto& [place, span] : accesses) {
    const auto& [staff, bucket, intervention] = place;
    TRY(transaction.execute(
        "INSERT INTO staff_access (tenant_id, staff, bucket, intervention_id, requests, first_us, "
        "last_us) VALUES (:tenant_id, :staff, :bucket, :intervention_id, :requests, :first_us, "
        ":last_us) ON CONFLICT (tenant_id, staff, bucket, intervention_id) DO UPDATE SET "
        "requests = staff_access.requests + :requests, "
        "first_us = CASE WHEN staff_access.first_us < :first_us THEN staff_access.first_us "
        "ELSE :first_us END, "
        "last_us = CASE WHEN staff_access.last_us > :last_us THEN staff_access.last_us "
        "ELSE :last_us END",
        {{"tenant_id", tenant.value},
         {"staff", staff},
         {"bucket", bucket},
         {"intervention_id", intervention},
         {"requests", span.requests},
         {"first_us", span.first_us},
         {"last_us", span.last_us}}));
  }
  return {};
}

}  // namespace

Task<> LogFacts::compare_staff(Timestamp now) {
  const std::string staff = "arn:aws:iam::" + iam::account_of(iam::kProviderTenant) + ":";
  audit::Query query;
  query.actor = staff + "*";
  query.action = "s3:*";
  query.outcome = audit::Outcome::kSuccess;
  std::map<TenantId, StaffAccesses> accesses;
  const auto take = [&](TenantId tenant, const audit::LoggedEvent& event) {
    if (const auto line = access_in(event.ocsf))
      accesses[tenant][{name_in(line->actor, staff), line->bucket, line->intervention_id}].add(
          line->at_us);
  };
  const auto add = [&](Transaction& transaction, TenantId tenant) {
    return add_accesses(transaction, tenant, accesses[tenant]);
  };
  auto followed = co_await follow_all({Readings::kOfStaff, std::move(query), take, add}, now);
  CO_TRY(co_await forget(kForget, now - kKept));
  co_return followed;
}

}  // namespace belfry::provider
