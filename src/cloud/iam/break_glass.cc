// Break-glass: an intervention in an emergency, and the report that is due of it.
#include "access_service.h"
#include "factor_age.h"
#include "intervention_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

// What is not known beforehand is not named: policies of buckets are out of reach all the same.
constexpr const char* kEverything = "s3:*";

Result<> check_duration(Duration wanted) {
  if (wanted >= std::chrono::seconds(1) && wanted <= kBreakGlassMax) return {};
  return fail(Code::kInvalid, "iam.bad_break_glass_duration");
}

}  // namespace

Result<> InterventionService::check_just_proved(Transaction& transaction, const Principal& by,
                                                std::string_view action,
                                                const std::string& resource) {
  TRY(const auto proved, read_factor_time(transaction, by));
  return check_proved(core_, by, proved, action, resource);
}

Result<> InterventionService::check_reports(Transaction& transaction, UserId staff) {
  TRY(auto rows,
      transaction.query("SELECT i.id FROM intervention i WHERE i.staff_user_id = :staff_id AND "
                        "i.kind = :kind AND i.expires_us IS NOT NULL AND i.reported_us IS NULL AND "
                        "COALESCE(i.ended_us, i.expires_us) <= :ended_us ORDER BY i.id LIMIT 1",
                        {{"staff_id", staff.value},
                         {"kind", std::string(name_of(InterventionKind::kBreakGlass))},
                         {"ended_us", to_us(core_.clock.now() - kReportDueAfter)}}));
  if (rows.empty()) return {};
  return fail(Code::kConflict, "iam.report_overdue",
              {{"intervention", InterventionId{rows[0].integer("id")}.text()}});
}

Task<Intervention> InterventionService::break_glass(const Principal& by,
                                                    const NewIntervention& wanted) {
  co_return co_await core_.write<Intervention>(
      [&](Transaction& transaction) -> Result<Intervention> {
        // For oneself, and yet by an administrator alone: it is not one's own that is asked about.
        const std::string resource = "belfry:intervention/*";
        TRY(core_.check(by, "iam:BreakGlass", {resource, kProviderTenant},
                        denied("iam:BreakGlass", resource)));
        NewIntervention named = wanted;
        if (named.actions.empty()) named.actions = {kEverything};
        TRY(check_wanted(named));
        TRY(check_duration(named.duration));
        TRY(check_just_proved(transaction, by, "iam:BreakGlass", resource));
        TRY(check_reports(transaction, by.user));
        return take(transaction, by, named, by.user, InterventionKind::kBreakGlass);
      });
}

Result<> InterventionService::check_reporter(Transaction& transaction, const Principal& by,
                                             const Intervention& about) {
  const bool is_own = about.requested_by == by.user;
  TRY(core_.check(by, "iam:ReportIntervention",
                  {is_own ? resource_of(by.user) : resource_of(about.id), kProviderTenant},
                  denied("iam:ReportIntervention", resource_of(about.id))));
  if (!about.report_due || about.state != InterventionState::kEnded)
    return fail(Code::kConflict, "iam.no_report_due");
  if (about.reported) return fail(Code::kConflict, "iam.reported_already");
  if (is_own) return {};
  TRY(auto openers,
      transaction.query("SELECT count(*) AS n FROM iam_user u WHERE u.id = :id AND u.active = 1 "
                        "AND u.deleted_us IS NULL",
                        {{"id", about.requested_by.value}}));
  if (openers[0].integer("n") == 0) return {};
  const Error theirs(Code::kDenied, "iam.report_of_opener", {{"user", about.requested_by_name}});
  core_.trail.refused(by.tenant, by, {"iam:ReportIntervention", resource_of(about.id), {}}, theirs);
  return std::unexpected(theirs);
}

Task<Intervention> InterventionService::report(const Principal& by, InterventionId id,
                                               const std::string& text) {
  co_return co_await core_.write<Intervention>(
      [&](Transaction& transaction) -> Result<Intervention> {
        TRY(const Intervention about, read(transaction, by, id));
        TRY(check_reporter(transaction, by, about));
        if (!says_something(text, kReportMax))
          return fail(Code::kInvalid, "iam.bad_report", {{"octets", std::to_string(kReportMax)}});
        TRY(
            transaction.execute("UPDATE intervention SET report = :report, reported_us = :now_us, "
                                "reported_by_user_id = :by_id WHERE id = :id",
                                {{"report", text},
                                 {"now_us", to_us(core_.clock.now())},
                                 {"by_id", by.user.value},
                                 {"id", id.value}}));
        TRY(Intervention reported, read(transaction, by, id));
        TRY(tell_both(transaction, by, reported, "iam:ReportIntervention", reported.reason));
        return reported;
      });
}

}  // namespace belfry::iam
