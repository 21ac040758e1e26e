// Deciding and ending interventions.
#include "access_service.h"
#include "intervention_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kBatch = 100;  // of one turn

}  // namespace

Result<Intervention> InterventionService::read_to_decide(Transaction& transaction,
                                                         const Principal& by, InterventionId id) {
  TRY(Intervention found, read(transaction, by, id));
  TRY(core_.check(by, "iam:DecideIntervention", {resource_of(id), kProviderTenant},
                  denied("iam:DecideIntervention", resource_of(id))));
  if (found.state != InterventionState::kPending)
    return fail(Code::kConflict, "iam.request_not_pending");
  return found;
}

Result<> InterventionService::check_opener(Transaction& transaction, const Intervention& asked) {
  const bool is_break_glass = asked.kind == InterventionKind::kBreakGlass;
  for (const UserId user : {asked.requested_by, asked.staff}) {
    TRY(auto rows,
        transaction.query("SELECT count(*) AS n FROM iam_user u WHERE u.id = :id AND " +
                              (is_break_glass ? std::string(kAdministrators)
                                              : "u.tenant_id = :tenant_id AND u.active = 1 AND "
                                                "u.created_us <= :now_us"),
                          {{"id", user.value},
                           {"tenant_id", kProviderTenant.value},
                           {"now_us", to_us(core_.clock.now())}}));
    if (rows[0].integer("n") == 0)
      return fail(Code::kConflict, "iam.opener_gone",
                  {{"user", user == asked.staff ? asked.staff_name : asked.requested_by_name}});
  }
  return {};
}

Result<> InterventionService::check_none_open(Transaction& transaction,
                                              const Intervention& wanted) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM intervention i WHERE "
                                   "i.staff_user_id = :staff_id AND i.tenant_id = :tenant_id AND "
                                   "i.state = 'open' AND i.expires_us > :now_us",
                                   {{"staff_id", wanted.staff.value},
                                    {"tenant_id", wanted.tenant.value},
                                    {"now_us", to_us(core_.clock.now())}}));
  // Each act is told with the number of one.
  if (rows[0].integer("n") == 0) return {};
  return fail(Code::kConflict, "iam.intervention_open", {{"staff", wanted.staff_name}});
}

Result<Intervention> InterventionService::decide(Transaction& transaction, const Principal& by,
                                                 InterventionId id, InterventionState state,
                                                 const std::string& reason) {
  TRY(const Intervention asked, read_to_decide(transaction, by, id));
  const bool opens = state == InterventionState::kOpen;
  const Timestamp now = core_.clock.now();
  bool may_be_one = false;
  if (opens) {
    if (auto two = check_two(transaction, by, asked.requested_by, asked.staff, asked.are_apart);
        !two) {
      core_.trail.refused(by.tenant, by, {"iam:ApproveIntervention", resource_of(id), {}},
                          two.error());
      return std::unexpected(two.error());
    } else {
      may_be_one = *two == Two::kMayBeOne;
    }
    TRY(core_.check_fresh(by, "iam:ApproveIntervention", resource_of(id)));
    TRY(check_opener(transaction, asked));
    if (asked.kind == InterventionKind::kBreakGlass) {
      TRY(check_just_proved(transaction, by, "iam:ApproveIntervention", resource_of(id)));
      TRY(check_reports(transaction, asked.staff));
    }
    TRY(check_none_open(transaction, asked));
  }
  TRY(transaction.execute(
      "UPDATE intervention SET state = :state, decided_by_user_id = :by_id, decided_us = :now_us, "
      "decision_reason = :reason, expires_us = :expires_us, approved_by_own_account = :own WHERE "
      "id = :id",
      {{"state", std::string(name_of(state))},
       {"by_id", by.user.value},
       {"now_us", to_us(now)},
       {"reason", reason},
       {"own", std::int64_t(may_be_one)},
       {"expires_us", opens ? database::Value(to_us(now + asked.duration)) : database::Null{}},
       {"id", id.value}}));
  TRY(Intervention decided, read(transaction, by, id));
  TRY(tell_both(transaction, by, decided,
                opens ? "iam:ApproveIntervention" : "iam:RefuseIntervention",
                opens ? decided.reason : reason));
  if (opens) TRY(tell_by_mail(transaction, decided));
  return decided;
}

Task<Intervention> InterventionService::approve(const Principal& by, InterventionId id,
                                                const std::string& reason) {
  CO_TRY(check_words(reason));
  auto opened = co_await core_.write<Intervention>([&](Transaction& transaction) {
    return decide(transaction, by, id, InterventionState::kOpen, reason);
  });
  if (opened) core_.signing.forget_user(opened->staff);
  co_return opened;
}

Task<Intervention> InterventionService::refuse(const Principal& by, InterventionId id,
                                               const std::string& reason) {
  CO_TRY(check_words(reason));
  co_return co_await core_.write<Intervention>([&](Transaction& transaction) {
    return decide(transaction, by, id, InterventionState::kRefused, reason);
  });
}

Task<Intervention> InterventionService::end(const Principal& by, InterventionId id) {
  auto ended =
      co_await core_.write<Intervention>([&](Transaction& transaction) -> Result<Intervention> {
        TRY(const Intervention found, read(transaction, by, id));
        const bool is_own = found.staff == by.user || found.requested_by == by.user;
        // Whose data it is decides, not the partner above.
        if (by.tenant != kProviderTenant && by.tenant != found.tenant) {
          const Error refusal = denied("iam:EndIntervention", resource_of(id));
          core_.trail.refused(by.tenant, by, {"iam:EndIntervention", resource_of(id), {}}, refusal);
          return std::unexpected(refusal);
        }
        TRY(core_.check(by, "iam:EndIntervention",
                        {is_own ? resource_of(by.user) : resource_of(id), by.tenant},
                        denied("iam:EndIntervention", resource_of(id))));
        if (found.state != InterventionState::kPending && found.state != InterventionState::kOpen)
          return fail(Code::kConflict, "iam.intervention_over");
        TRY(
            transaction.execute("UPDATE intervention SET state = 'ended', ended_us = :now_us, "
                                "ended_by_user_id = :by_id, end_reason = :reason WHERE id = :id",
                                {{"now_us", to_us(core_.clock.now())},
                                 {"by_id", by.user.value},
                                 {"reason", by.tenant == kProviderTenant ? "staff" : "customer"},
                                 {"id", id.value}}));
        TRY(Intervention over, read(transaction, by, id));
        TRY(tell_both(transaction, by, over, "iam:EndIntervention", over.reason));
        return over;
      });
  if (ended) core_.signing.forget_user(ended->staff);
  co_return ended;
}

Result<std::vector<UserId>> InterventionService::write_down_ends(Transaction& transaction) {
  const Timestamp now = core_.clock.now();
  TRY(auto rows, transaction.query(kInterventionQuery +
                                       "(i.state = 'open' AND i.expires_us <= :now_us) OR "
                                       "(i.state = 'pending' AND i.pending_until_us <= :now_us) "
                                       "ORDER BY i.id LIMIT :limit",
                                   {{"tenant_id", kProviderTenant.value},
                                    {"viewer_id", kProviderTenant.value},
                                    {"now_us", to_us(now)},
                                    {"limit", kBatch}}));
  std::vector<UserId> staff;
  for (const Row& row : rows) {
    const Intervention over = intervention_of(row, now);
    const bool expired = over.state == InterventionState::kEnded;
    TRY(transaction.execute(
        "UPDATE intervention SET state = :state, ended_us = :ended_us, end_reason = :reason "
        "WHERE id = :id",
        {{"state", std::string(name_of(over.state))},
         {"ended_us", to_us(expired ? *over.expires : over.pending_until)},
         {"reason", expired ? "expired" : ""},
         {"id", over.id.value}}));
    TRY(tell_both(transaction, system_in(kProviderTenant), over,
                  expired ? "iam:InterventionExpired" : "iam:InterventionLapsed", over.reason));
    staff.push_back(over.staff);
  }
  return staff;
}

Task<> InterventionService::turn() {
  // Most turns find nothing, and then write nothing.
  CO_TRY(const bool is_due,
         co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
           TRY(auto rows,
               transaction.query("SELECT count(*) AS n FROM intervention WHERE (state = 'open' AND "
                                 "expires_us <= :now_us) OR (state = 'pending' AND "
                                 "pending_until_us <= :now_us)",
                                 {{"now_us", to_us(core_.clock.now())}}));
           return rows[0].integer("n") > 0;
         }));
  if (!is_due) co_return Result<>();
  CO_TRY(const auto staff, co_await core_.write<std::vector<UserId>>([&](Transaction& transaction) {
    return write_down_ends(transaction);
  }));
  for (const UserId user : staff) core_.signing.forget_user(user);
  co_return Result<>();
}

}  // namespace belfry::iam
