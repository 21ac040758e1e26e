// How tenants are renamed, rest and go on.
#include "access_service.h"
#include "rows.h"
#include "tenant_service.h"

#include <utility>
#include <vector>

namespace belfry::iam {
namespace {

constexpr std::size_t kReasonMax = 1'000;

std::string resource_of(TenantId tenant) {
  return "belfry:tenant/" + tenant.text();
}

// The caller stands on the ground that it would take away, or nobody stands above.
Result<> check_not_own(const Principal& by, TenantId tenant) {
  if (tenant == kProviderTenant) return fail(Code::kConflict, "iam.provider_goes_on");
  return tenant == by.tenant ? Result<>(std::unexpect, Code::kConflict, "iam.own_tenant")
                             : Result<>();
}

Result<> check_not_of_prober(Transaction& transaction, TenantId tenant) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM tenant WHERE id = :id AND probe = 1",
                                   {{"id", tenant.value}}));
  if (rows[0].integer("n") == 0) return {};
  return fail(Code::kConflict, "iam.tenant_of_prober");
}

}  // namespace

Result<Tenant> TenantService::read_for(Transaction& transaction, const Principal& by, TenantId id,
                                       std::string_view action) {
  TRY(core_.refresh_tree(transaction));
  TRY(core_.check(by, action, {resource_of(id), id}, tenant_missing(id)));
  TRY(Tenant tenant, find_tenant(transaction, id));
  return in_tree(core_.tree, std::move(tenant));
}

Task<Tenant> TenantService::find(const Principal& by, TenantId id) {
  co_return co_await core_.read<Tenant>(
      [&](Transaction& transaction) { return read_for(transaction, by, id, "iam:GetTenant"); });
}

Result<Tenant> TenantService::change(Transaction& transaction, const Principal& by,
                                     const Tenant& before, const Change& change) {
  if (before.ended) return std::unexpected(tenant_missing(before.id));
  TRY(check_not_of_prober(transaction, before.id));
  database::Parameters parameters = change.parameters;
  parameters.push_back({"id", before.id.value});
  TRY(
      transaction.execute("UPDATE tenant SET life_step = (SELECT max(x.life_step) + 1 FROM tenant "
                          "x), " +
                              std::string(change.assignments) + " WHERE id = :id",
                          parameters));
  TRY(core_.trail.changed(transaction, before.id, by,
                          {std::string(change.action), resource_of(before.id), change.details}));
  TRY(Tenant after, find_tenant(transaction, before.id));
  return in_tree(core_.tree, std::move(after));
}

Task<> TenantService::keep_up() {
  CO_TRY(co_await core_.read<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(core_.reread_tree(transaction));
    return Done{};
  }));
  co_return co_await runtime::blocking(*core_.pool, [this] {
    return core_.open_tenants.read(core_.database, core_.clock.monotonic());
  });
}

Task<Tenant> TenantService::rename(const Principal& by, TenantId id, const std::string& name) {
  CO_TRY(Tenant renamed,
         co_await core_.write<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
           TRY(Tenant before, read_for(transaction, by, id, "iam:RenameTenant"));
           // Its name tells it apart below the tenant above: who stands there gives it.
           if (id != kProviderTenant) TRY(check_not_own(by, id));
           if (before.name == name) return before;
           TRY(check_tenant_name(transaction, before.parent, id, name));
           return change(transaction, by, before,
                         {.action = "iam:RenameTenant",
                          .assignments = "name = :name",
                          .parameters = {{"name", name}},
                          .details = {{"name", name}, {"name_before", before.name}}});
         }));
  CO_TRY(co_await keep_up());
  co_return in_tree(core_.tree, std::move(renamed));
}

Task<Tenant> TenantService::suspend(const Principal& by, TenantId id, const std::string& reason) {
  constexpr std::string_view kAction = "iam:SuspendTenant";
  CO_TRY(Tenant suspended,
         co_await core_.write<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
           TRY(const Tenant before, read_for(transaction, by, id, kAction));
           TRY(check_not_own(by, id));
           TRY(core_.check_fresh(by, kAction, resource_of(id)));
           if (!says_something(reason, kReasonMax)) return fail(Code::kInvalid, "iam.bad_reason");
           // Who stands above whoever did it takes it over; nobody takes it from above.
           if (before.suspension && !core_.tree.is_below(before.suspension->by, by.tenant))
             return fail(Code::kConflict, "iam.tenant_already_suspended", {{"name", before.name}});
           return change(transaction, by, before,
                         {.action = kAction,
                          .assignments = "suspended_us = :now_us, suspended_by_tenant_id = :by_id, "
                                         "suspension_reason = :reason",
                          .parameters = {{"now_us", to_us(core_.clock.now())},
                                         {"by_id", by.tenant.value},
                                         {"reason", reason}},
                          .details = {{"name", before.name}, {"reason", reason}}});
         }));
  CO_TRY(co_await keep_up());
  co_return suspended;
}

Result<Tenant> TenantService::read_suspended(Transaction& transaction, const Principal& by,
                                             TenantId id, std::string_view action) {
  TRY(Tenant tenant, read_for(transaction, by, id, action));
  TRY(check_not_own(by, id));
  TRY(core_.check_fresh(by, action, resource_of(id)));
  if (tenant.ended) return std::unexpected(tenant_missing(id));
  if (!tenant.suspension)
    return fail(Code::kConflict, "iam.tenant_not_suspended", {{"name", tenant.name}});
  const TenantId suspender = tenant.suspension->by;
  if (suspender == by.tenant || core_.tree.is_below(suspender, by.tenant)) return tenant;
  const Error error(Code::kDenied, "iam.tenant_suspended_from_above", {{"name", tenant.name}});
  core_.trail.refused(by.tenant, by, {std::string(action), resource_of(id), {}}, error);
  return std::unexpected(error);
}

Task<Tenant> TenantService::resume(const Principal& by, TenantId id) {
  constexpr std::string_view kAction = "iam:ResumeTenant";
  CO_TRY(Tenant resumed,
         co_await core_.write<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
           TRY(const Tenant before, read_suspended(transaction, by, id, kAction));
           return change(transaction, by, before,
                         {.action = kAction,
                          .assignments = "suspended_us = NULL, suspended_by_tenant_id = NULL, "
                                         "suspension_reason = NULL",
                          .parameters = {},
                          .details = {{"name", before.name},
                                      {"suspended", format_rfc3339(before.suspension->since)}}});
         }));
  CO_TRY(co_await keep_up());
  co_return resumed;
}

Result<Tenant> TenantService::read_ending(Transaction& transaction, const Principal& by,
                                          TenantId id) {
  TRY(Tenant tenant, read_suspended(transaction, by, id, "iam:EndTenant"));
  TRY(auto below, transaction.query("SELECT count(*) AS n FROM tenant WHERE parent_id = :id AND "
                                    "ended_us IS NULL",
                                    {{"id", id.value}}));
  if (below[0].integer("n") == 0) return tenant;
  return fail(Code::kConflict, "iam.tenant_has_tenants",
              {{"name", tenant.name}, {"count", std::to_string(below[0].integer("n"))}});
}

Task<Tenant> TenantService::end(const Principal& by, TenantId id, IsEmpty is_empty) {
  CO_TRY(const Tenant found, co_await core_.read<Tenant>([&](Transaction& transaction) {
    return read_ending(transaction, by, id);
  }));
  CO_TRY(const bool empty, co_await is_empty());
  if (!empty) co_return fail(Code::kConflict, "iam.tenant_has_buckets", {{"name", found.name}});
  // Of all of them: a password that nobody knows.
  CO_TRY(const std::string unknown_hash,
         co_await passwords_.hash(make_bearer_secret(core_.random)));
  CO_TRY(Tenant ended,
         co_await core_.write<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
           TRY(const Tenant before, read_ending(transaction, by, id));
           TRY(const std::int64_t users, end_everything(transaction, by, before, unknown_hash));
           // The name is another's to have; with its number nobody is mistaken for this one.
           return change(transaction, by, before,
                         {.action = "iam:EndTenant",
                          .assignments = "ended_us = :now_us, name = :name",
                          .parameters = {{"now_us", to_us(core_.clock.now())},
                                         {"name", before.name + " (" + id.text() + ")"}},
                          .details = {{"name", before.name},
                                      {"reason", before.suspension->reason},
                                      {"users", std::to_string(users)}}});
         }));
  core_.signing.forget_tenant(id);
  core_.signing.forget_sessions();
  CO_TRY(co_await keep_up());
  co_return in_tree(core_.tree, std::move(ended));
}

}  // namespace belfry::iam
