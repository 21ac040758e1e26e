// Asking for interventions, and seeing them.
#include "access_service.h"
#include "base/ascii.h"
#include "intervention_notices.h"
#include "intervention_service.h"
#include "paging.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr Duration kPendingFor = std::chrono::days(3);
constexpr std::int64_t kPendingMax = 20;  // of one who asks, and of a kind
constexpr std::size_t kActionsMax = 20, kActionMax = 64, kBucketMax = 63;

Error intervention_missing(InterventionId id) {
  return Error(Code::kNotFound, "iam.intervention_missing", {{"intervention", id.text()}});
}

bool is_bucket(std::string_view name) {
  return name.size() <= kBucketMax && std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '.';
         });
}

bool is_action(std::string_view action) {
  return action.size() <= kActionMax && action.starts_with("s3:") &&
         std::ranges::all_of(action.substr(3),
                             [](char c) { return is_alphanumeric(c) || c == '*' || c == '?'; });
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

// Administrators of a partner see those on its end customers' data: no right of a profile reaches
// below one's tenant.
bool sees_below(const Principal& by) {
  return is_privileged(by.role);
}

// SQL: those of which :viewer_id may see any at all: with :sees_below, its end customers' too.
const std::string kSeen =
    "(:viewer_id = :tenant_id OR i.tenant_id = :viewer_id OR (:sees_below = 1 AND i.tenant_id IN "
    "(WITH RECURSIVE below (id) AS (SELECT c.id FROM tenant c WHERE c.parent_id = :viewer_id UNION "
    "SELECT n.id FROM tenant n JOIN below b ON n.parent_id = b.id) SELECT id FROM below)))";

}  // namespace

Result<> check_wanted(const NewIntervention& wanted) {
  TRY(check_request_reason(wanted.reason));
  if (wanted.actions.empty() || wanted.actions.size() > kActionsMax ||
      !std::ranges::all_of(wanted.actions, is_action) || !is_bucket(wanted.bucket))
    return fail(Code::kInvalid, "iam.bad_intervention_actions");
  TRY(policy::compile_known(document_of(wanted.actions, wanted.bucket), policy::Kind::kIdentity));
  return {};
}

Result<> InterventionService::check_room_for(Transaction& transaction, const Principal& by,
                                             InterventionKind kind) {
  TRY(auto rows,
      transaction.query("SELECT count(*) AS n FROM intervention i WHERE "
                        "i.requested_by_user_id = :by_id AND i.state = 'pending' AND "
                        "i.kind = :kind",
                        {{"by_id", by.user.value}, {"kind", std::string(name_of(kind))}}));
  if (rows[0].integer("n") < kPendingMax) return {};
  return fail(Code::kConflict, "iam.too_many_requests", {{"maximum", std::to_string(kPendingMax)}});
}

Result<> InterventionService::tell_both(Transaction& transaction, const Principal& by,
                                        const Intervention& about, std::string_view action,
                                        const std::string& words) {
  Act act{std::string(action),
          resource_of(about.id),
          {{"intervention", about.id.text()},
           {"kind", std::string(name_of(about.kind))},
           {"customer", account_of(about.tenant)},
           {"staff", about.staff_arn},
           {"actions", joined(about.actions)},
           {"bucket", about.bucket.empty() ? "*" : about.bucket},
           {"reason", words}}};
  if (about.expires) act.details.push_back({"expires", format_rfc3339(*about.expires)});
  if (about.reported) act.details.push_back({"report", about.report});
  if (about.approved_by_own_account) act.details.push_back({"approved_by_own_account", "yes"});
  if (by.method != Method::kSystem)
    return core_.trail.changed_across(
        transaction, by.tenant == kProviderTenant ? about.tenant : kProviderTenant, by, act);
  TRY(core_.trail.changed(transaction, about.tenant, system_in(about.tenant), act));
  return core_.trail.changed(transaction, kProviderTenant, system_in(kProviderTenant), act);
}

Result<> InterventionService::tell_by_mail(Transaction& transaction, const Intervention& about) {
  if (!people_.links().by_mail) return {};
  return mail_intervention(core_, transaction, about, people_.links().console);
}

Result<InterventionId> InterventionService::insert(Transaction& transaction, const Principal& by,
                                                   const NewIntervention& wanted, const User& staff,
                                                   InterventionKind kind) {
  const InterventionId id{core_.random.id()};
  const Timestamp now = core_.clock.now();
  const Duration pending_for =
      kind == InterventionKind::kBreakGlass ? Duration(kBreakGlassPendingFor) : kPendingFor;
  TRY(transaction.execute(
      "INSERT INTO intervention (id, kind, tenant_id, staff_user_id, staff_name, actions, bucket, "
      "reason, duration_us, requested_by_user_id, requested_us, pending_until_us, state, "
      "decided_by_user_id, decision_reason, ended_by_user_id, end_reason) VALUES (:id, :kind, "
      ":tenant_id, "
      ":staff_id, :staff_name, :actions, :bucket, :reason, :duration_us, :by_id, :now_us, "
      ":until_us, 'pending', 0, '', 0, '')",
      {{"id", id.value},
       {"kind", std::string(name_of(kind))},
       {"tenant_id", wanted.tenant.value},
       {"staff_id", staff.id.value},
       {"staff_name", staff.name},
       {"actions", joined(wanted.actions)},
       {"bucket", wanted.bucket},
       {"reason", wanted.reason},
       {"duration_us", wanted.duration.count()},
       {"by_id", by.user.value},
       {"now_us", to_us(now)},
       {"until_us", to_us(now + pending_for)}}));
  return id;
}

Result<Intervention> InterventionService::take(Transaction& transaction, const Principal& by,
                                               const NewIntervention& wanted, UserId named,
                                               InterventionKind kind) {
  TRY(const User staff, iam::find_user(transaction, named));
  // A person, whom the customer can call to account: no account of a program.
  if (staff.tenant != kProviderTenant || !staff.active || staff.owner)
    return fail(Code::kNotFound, "iam.user_missing", {{"user", named.text()}});
  TRY(auto tenants, transaction.query("SELECT id FROM tenant WHERE id = :id AND ended_us IS NULL",
                                      {{"id", wanted.tenant.value}}));
  if (tenants.empty() || wanted.tenant == kProviderTenant)
    return fail(Code::kNotFound, "iam.tenant_missing", {{"tenant", wanted.tenant.text()}});
  TRY(check_room_for(transaction, by, kind));
  TRY(const InterventionId id, insert(transaction, by, wanted, staff, kind));
  TRY(Intervention taken, read(transaction, by, id));
  TRY(tell_both(
      transaction, by, taken,
      kind == InterventionKind::kBreakGlass ? "iam:BreakGlass" : "iam:RequestIntervention",
      taken.reason));
  TRY(tell_by_mail(transaction, taken));
  return taken;
}

Task<Intervention> InterventionService::ask(const Principal& by, const NewIntervention& wanted) {
  co_return co_await core_.write<Intervention>(
      [&](Transaction& transaction) -> Result<Intervention> {
        // For oneself what is one's own; for others an administrator's right; in the provider
        // alone.
        const UserId named = wanted.staff.value_or(by.user);
        TRY(core_.check(by, "iam:RequestIntervention", {resource_of(named), kProviderTenant},
                        denied("iam:RequestIntervention", resource_of(named))));
        TRY(check_wanted(wanted));
        if (wanted.duration < std::chrono::seconds(1) || wanted.duration > kInterventionMax)
          return fail(Code::kInvalid, "iam.bad_intervention_duration",
                      {{"hours", std::to_string(kInterventionMax.count())}});
        return take(transaction, by, wanted, named, InterventionKind::kOrdinary);
      });
}

Result<Intervention> InterventionService::read(Transaction& transaction, const Principal& by,
                                               InterventionId id) {
  const Timestamp now = core_.clock.now();
  TRY(auto rows, transaction.query(kInterventionQuery + "i.id = :id AND " + kSeen,
                                   {{"id", id.value},
                                    {"sees_below", std::int64_t(sees_below(by))},
                                    {"tenant_id", kProviderTenant.value},
                                    {"viewer_id", by.tenant.value},
                                    {"now_us", to_us(now)}}));
  if (rows.empty()) return std::unexpected(intervention_missing(id));
  Intervention found = intervention_of(rows[0], now);
  const bool is_own = found.staff == by.user || found.requested_by == by.user;
  auto allowed = iam::decide(core_.tree, by, "iam:GetIntervention",
                             {is_own ? resource_of(by.user) : resource_of(id), by.tenant});
  // Whoever may not see it does not learn that it is there.
  if (!allowed && allowed.error().message() == "iam.denied")
    return std::unexpected(intervention_missing(id));
  TRY(allowed);
  return found;
}

Task<Intervention> InterventionService::find(const Principal& by, InterventionId id) {
  co_return co_await core_.read<Intervention>(
      [&](Transaction& transaction) { return read(transaction, by, id); });
}

Task<Listing<Intervention>> InterventionService::list(const Principal& by,
                                                      std::optional<InterventionState> state,
                                                      Page page) {
  using List = Listing<Intervention>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  CO_TRY(core_.check(by, "iam:GetIntervention", {resource_of(by.user), by.tenant},
                     denied("iam:GetIntervention", resource_of(by.user))));
  const bool sees_all =
      iam::decide(core_.tree, by, "iam:GetIntervention", {"belfry:intervention/*", by.tenant})
          .has_value();
  const Timestamp now = core_.clock.now();
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            kInterventionQuery + kSeen +
                " AND (:sees_all = 1 OR "
                "i.requested_by_user_id = :by_id OR i.staff_user_id = :by_id) AND "
                "(:state = '' OR (CASE WHEN i.state = 'open' AND i.expires_us <= :now_us THEN "
                "'ended' WHEN i.state = 'pending' AND i.pending_until_us <= :now_us THEN 'lapsed' "
                "ELSE i.state END) = :state) AND (:is_first = 1 OR i.requested_us < :after_us OR "
                "(i.requested_us = :after_us AND i.id < :after_id)) "
                "ORDER BY i.requested_us DESC, i.id DESC LIMIT :limit",
            {{"tenant_id", kProviderTenant.value},
             {"viewer_id", by.tenant.value},
             {"sees_all", std::int64_t(sees_all)},
             {"sees_below", std::int64_t(sees_below(by))},
             {"by_id", by.user.value},
             {"state", state ? std::string(name_of(*state)) : ""},
             {"is_first", std::int64_t(page.after.empty())},
             {"after_us", after.us},
             {"after_id", id_of(after)},
             {"now_us", to_us(now)},
             {"limit", rows_of(page)}}));
    std::vector<Intervention> found;
    found.reserve(rows.size());
    for (const Row& row : rows) found.push_back(intervention_of(row, now));
    return page_of(std::move(found), page, [](const Intervention& intervention) {
      return text_of(intervention.requested, intervention.id.text());
    });
  });
}

}  // namespace belfry::iam
