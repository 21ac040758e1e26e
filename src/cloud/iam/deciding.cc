// Deciding what was asked for: by two persons, always.
#include "access_service.h"
#include "base/text_encoding.h"
#include "role_grants.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kReasonMax = 1000;

Wanted wanted_of(const AccessRequest& request) {
  Wanted wanted{.reason = request.reason, .duration = request.duration};
  if (request.kind == RightKind::kFourEyes) {
    wanted.four_eyes = four_eyes_named(request.name);
    return wanted;
  }
  if (request.user) wanted.user = request.user;
  if (request.group) wanted.group = request.group;
  if (request.profile) wanted.profile = request.profile;
  if (request.delegation) wanted.delegation = request.delegation;
  if (request.assumable) wanted.assumable = request.assumable;
  wanted.trust = request.trust;
  if (request.kind == RightKind::kRole) wanted.role = role_named(request.name);
  return wanted;
}

std::vector<audit::Detail> details_of(const AccessRequest& request, const std::string& reason) {
  return {{"kind", std::string(name_of(request.kind))},
          {"holder", request.holder},
          {"name", request.name},
          {"requested_by", request.requested_by_name},
          {"reason", reason}};
}

Result<> write_rule(Transaction& transaction, TenantId tenant, FourEyes rule, UserId by,
                    Timestamp now) {
  TRY(transaction.execute("DELETE FROM access_rules WHERE tenant_id = :tenant_id",
                          {{"tenant_id", tenant.value}}));
  TRY(
      transaction.execute("INSERT INTO access_rules (tenant_id, four_eyes, changed_us, "
                          "changed_by_user_id) VALUES (:tenant_id, :four_eyes, :now_us, :by_id)",
                          {{"tenant_id", tenant.value},
                           {"four_eyes", std::string(name_of(rule))},
                           {"now_us", to_us(now)},
                           {"by_id", by.value}}));
  return {};
}

}  // namespace

Result<> check_words(const std::string& reason) {
  if (reason.size() <= kReasonMax && is_utf8(reason) && !reason.contains('\0')) return {};
  return fail(Code::kInvalid, "iam.bad_reason");
}

Result<AccessService::ToDecide> AccessService::read_to_decide(Transaction& transaction,
                                                              const Principal& by, RequestId id,
                                                              std::string_view action) {
  TRY(AccessRequest request, read_request(transaction, by, id));
  TRY(const auto cover, cover_of_request(transaction, by, request));
  TRY(core_.check(by, action, resource_under(resource_of(id), by.tenant, cover),
                  request_missing(id)));
  if (request.state != RequestState::kPending || request.pending_until <= core_.clock.now())
    return fail(Code::kConflict, "iam.request_not_pending");
  return ToDecide{std::move(request), cover};
}

Result<Right> AccessService::carry_out(Transaction& transaction, const Principal& by,
                                       const AccessRequest& request) {
  TRY(const Asked asked, read_asked(transaction, request.tenant, wanted_of(request)));
  TRY(auto rows, transaction.query("SELECT profile_changed_us, role_changed_us FROM "
                                   "access_request WHERE id = :id",
                                   {{"id", request.id.value}}));
  // What is approved is what was asked for, not what became of it since.
  if (rows.at(0).integer("profile_changed_us") != asked.profile_changed_us ||
      rows.at(0).integer("role_changed_us") != asked.role_changed_us ||
      request.privileged != asked.right.privileged)
    return fail(Code::kConflict, "iam.request_outdated", {{"name", request.name}});
  const Timestamp now = core_.clock.now();
  if (request.kind == RightKind::kFourEyes) {
    TRY(write_rule(transaction, request.tenant, *four_eyes_named(request.name), by.user, now));
    return asked.right;
  }
  if (request.kind == RightKind::kTrust) {
    TRY(set_trust(core_, transaction, asked.right, request.trust,
                  {.origin = "request", .by = by.user, .request = request.id}));
    return asked.right;
  }
  TRY(give(core_, transaction, asked.right,
           {.origin = "request",
            .by = by.user,
            .request = request.id,
            .expires = now + request.duration}));
  return asked.right;
}

Result<AccessRequest> AccessService::close(Transaction& transaction, const Principal& by,
                                           const AccessRequest& request, RequestState state,
                                           const std::string& reason,
                                           const std::optional<Cover>& cover, Two two) {
  TRY(transaction.execute(
      "UPDATE access_request SET state = :state, decided_by_user_id = :by_id, decided_us = "
      ":now_us, decision_reason = :reason, approved_by_own_account = :own WHERE id = :id",
      {{"state", std::string(name_of(state))},
       {"by_id", by.user.value},
       {"now_us", to_us(core_.clock.now())},
       {"reason", reason},
       {"own", std::int64_t(two == Two::kMayBeOne)},
       {"id", request.id.value}}));
  const std::string action = state == RequestState::kApproved  ? "iam:ApproveRequest"
                             : state == RequestState::kRefused ? "iam:RefuseRequest"
                                                               : "iam:CancelRequest";
  std::vector<audit::Detail> details = with_cover(details_of(request, reason), cover);
  if (two == Two::kMayBeOne) details.push_back({"approved_by_own_account", "yes"});
  TRY(core_.trail.changed(transaction, request.tenant, by,
                          {action, resource_of(request.id), std::move(details)}));
  TRY(forget_asked_delegations(transaction));
  return read_request(transaction, by, request.id);
}

Task<AccessRequest> AccessService::approve(const Principal& by, RequestId id,
                                           const std::string& reason) {
  CO_TRY(check_words(reason));
  Right given;
  auto approved =
      co_await core_.write<AccessRequest>([&](Transaction& transaction) -> Result<AccessRequest> {
        TRY(const ToDecide found, read_to_decide(transaction, by, id, "iam:DecideRequest"));
        const auto& [request, cover] = found;
        const auto two = check_decider(transaction, by, found);
        if (!two) {
          core_.trail.refused(by.tenant, by, {"iam:ApproveRequest", resource_of(id), {}},
                              two.error());
          return std::unexpected(two.error());
        }
        TRY(core_.check_fresh(by, "iam:ApproveRequest", resource_of(id)));
        TRY(given, carry_out(transaction, by, request));
        return close(transaction, by, request, RequestState::kApproved, reason, cover, *two);
      });
  if (approved && given.kind != RightKind::kFourEyes) forget(core_, given);
  co_return approved;
}

Task<AccessRequest> AccessService::refuse(const Principal& by, RequestId id,
                                          const std::string& reason) {
  CO_TRY(check_words(reason));
  co_return co_await core_.write<AccessRequest>(
      [&](Transaction& transaction) -> Result<AccessRequest> {
        TRY(const ToDecide found, read_to_decide(transaction, by, id, "iam:DecideRequest"));
        const auto& [request, cover] = found;
        return close(transaction, by, request, RequestState::kRefused, reason, cover);
      });
}

Task<> AccessService::cancel(const Principal& by, RequestId id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const AccessRequest request, read_request(transaction, by, id));
    if (by.user != request.requested_by && by.user != request.user)
      return fail(Code::kDenied, "iam.not_ones_request");
    TRY(core_.check(by, "iam:CancelRequest", {iam::resource_of(by.user), by.tenant},
                    request_missing(id)));
    if (request.state != RequestState::kPending)
      return fail(Code::kConflict, "iam.request_not_pending");
    TRY(close(transaction, by, request, RequestState::kCancelled, ""));
    return Done{};
  }));
  co_return Result<>();
}

Task<AccessRules> AccessService::find_rules(const Principal& by) {
  CO_TRY(core_.check(by, "iam:GetAccessRules", {iam::resource_of(by.user), by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  co_return co_await core_.read<AccessRules>([&](Transaction& transaction) -> Result<AccessRules> {
    AccessRules rules;
    TRY(rules.four_eyes, four_eyes_of(transaction, by.tenant));
    TRY(rules.administrators, count_administrators(transaction, by.tenant, core_.clock.now()));
    return rules;
  });
}

Task<> AccessService::set_four_eyes(const Principal& by, FourEyes rule) {
  const std::string resource = "belfry:tenant/" + by.tenant.text();
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(core_.check(by, "iam:SetAccessRules", {resource, by.tenant},
                    Error(Code::kDenied, "iam.denied")));
    TRY(core_.check_fresh(by, "iam:SetAccessRules", resource));
    TRY(const FourEyes now, four_eyes_of(transaction, by.tenant));
    if (rule == now) return Done{};
    // One person alone would free itself of the other.
    if (rule < now) return fail(Code::kDenied, "iam.request_needed");
    TRY(const std::size_t administrators,
        count_administrators(transaction, by.tenant, core_.clock.now()));
    if (administrators < 2) return fail(Code::kConflict, "iam.four_eyes_need_two");
    TRY(write_rule(transaction, by.tenant, rule, by.user, core_.clock.now()));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:SetAccessRules", resource, {{"four_eyes", std::string(name_of(rule))}}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
