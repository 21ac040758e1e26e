// The tree of tenants.
#include "base/text_encoding.h"
#include "names.h"
#include "paging.h"
#include "rows.h"
#include "service.h"

namespace belfry::iam {
namespace {

Result<unsigned> depth_of(Transaction& transaction, Tenant tenant) {
  unsigned depth = 0;
  for (; tenant.parent && depth < kTreeDepthMax; ++depth) {
    TRY(tenant, find_tenant(transaction, tenant.parent));
  }
  return depth;
}

// As those are called that have ended ("Quay (123456789012)"): were there another one, none ended.
bool is_name_of_ended(std::string_view name) {
  constexpr std::size_t kNumber = 12;
  if (name.size() < kNumber + 3 || !name.ends_with(')')) return false;
  const std::string_view number = name.substr(name.size() - kNumber - 1, kNumber);
  return name.substr(0, name.size() - kNumber - 1).ends_with(" (") && is_number(number);
}

// What may stand below what: partners below the provider, customers below either.
bool may_stand_below(TenantKind kind, TenantKind parent) {
  if (kind == TenantKind::kPartner) return parent == TenantKind::kProvider;
  return kind == TenantKind::kCustomer && parent != TenantKind::kCustomer;
}

}  // namespace

Result<> check_tenant_name(Transaction& transaction, TenantId above, TenantId id,
                           const std::string& name) {
  if (!is_display_name(name) || is_name_of_ended(name))
    return fail(Code::kInvalid, "iam.bad_tenant_name");
  // One that differs by capitals alone would take its people's way to sign in from the other.
  TRY(auto same, transaction.query("SELECT name FROM tenant WHERE COALESCE(parent_id, 0) = "
                                   ":parent_id AND lower(name) = lower(:name) AND id <> :id",
                                   {{"parent_id", above.value}, {"name", name}, {"id", id.value}}));
  if (same.empty()) return {};
  return fail(Code::kConflict, "iam.tenant_exists", {{"name", name}});
}

TenantId make_tenant_id(Random& random) {
  constexpr std::int64_t kLeast = 100'000'000'000, kCount = 900'000'000'000;
  return TenantId{kLeast + random.id() % kCount};
}

Task<Listing<Tenant>> IamService::list_tenants(const Principal& by, Page page) {
  co_return co_await tenants_.list(by, std::move(page), EndedTenants::kLeftOut);
}

Task<Listing<Tenant>> TenantService::list_all(const Principal& by, Page page) {
  co_return co_await list(by, std::move(page), EndedTenants::kShown);
}

Task<Listing<Tenant>> TenantService::list(const Principal& by, Page page, EndedTenants ended) {
  using Found = Listing<Tenant>;
  CO_TRY(const NameKey first, read_name_key(page.after));
  const std::string which = ended == EndedTenants::kShown ? "" : "ended_us IS NULL AND ";
  co_return co_await core_.read<Found>([&](Transaction& transaction) -> Result<Found> {
    TRY(core_.refresh_tree(transaction));
    std::vector<Tenant> tenants;
    NameKey after = first;
    // Few of the tenants may be the caller's to see: reads on until the page is full.
    for (bool more = true; more && std::int64_t(tenants.size()) < rows_of(page);) {
      TRY(auto rows, transaction.query(
                         "SELECT " + std::string(kTenantColumns) + " FROM tenant WHERE " + which +
                             "(name > :after_name OR (name = :after_name AND id > :after_id)) "
                             "ORDER BY name, id LIMIT :limit",
                         {{"after_name", after.name},
                          {"after_id", after.id},
                          {"limit", std::int64_t(kPageMax)}}));
      more = rows.size() == kPageMax;
      for (const Row& row : rows) {
        Tenant tenant = in_tree(core_.tree, tenant_of(row));
        after = {.name = tenant.name, .id = tenant.id.value};
        const bool own = tenant.id == by.tenant && by.method != Method::kNone;
        if (own || decide(core_.tree, by, "iam:ListTenants", {"belfry:tenant", tenant.id}))
          tenants.push_back(std::move(tenant));
      }
    }
    return page_of(std::move(tenants), page,
                   [](const Tenant& tenant) { return text_of(tenant.name, tenant.id.value); });
  });
}

Task<Tenant> IamService::find_tenant(const Principal& by) {
  co_return co_await core_.read<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
    TRY(core_.refresh_tree(transaction));
    TRY(Tenant own, iam::find_tenant(transaction, by.tenant));
    return in_tree(core_.tree, std::move(own));
  });
}

Task<Tenant> IamService::create_tenant(const Principal& by, TenantKind kind,
                                       const std::string& name, TenantId parent) {
  const TenantId above = parent ? parent : by.tenant;
  auto created = co_await core_.write<Tenant>([&](Transaction& transaction) -> Result<Tenant> {
    TRY(core_.refresh_tree(transaction));
    const std::string resource = "belfry:tenant/" + above.text();
    TRY(core_.check(by, "iam:CreateTenant", {resource, above}, tenant_missing(above)));
    TRY(const Tenant upper, iam::find_tenant(transaction, above));
    TRY(const unsigned depth, depth_of(transaction, upper));
    if (upper.ended) return std::unexpected(tenant_missing(above));
    if (!may_stand_below(kind, upper.kind) || depth + 1 >= kTreeDepthMax)
      return fail(Code::kInvalid, "iam.tenant_not_here",
                  {{"kind", std::string(name_of(kind))}, {"parent", upper.name}});
    TRY(check_tenant_name(transaction, above, TenantId{}, name));
    Tenant tenant{.id = make_tenant_id(core_.random),
                  .parent = above,
                  .kind = kind,
                  .name = name,
                  .created = core_.clock.now()};
    TRY(
        transaction.execute("INSERT INTO tenant (id, parent_id, kind, name, created_us) "
                            "VALUES (:id, :parent_id, :kind, :name, :created_us)",
                            {{"id", tenant.id.value},
                             {"parent_id", above.value},
                             {"kind", std::string(name_of(kind))},
                             {"name", name},
                             {"created_us", to_us(tenant.created)}}));
    TRY(core_.trail.changed(transaction, above, by,
                            {"iam:CreateTenant",
                             "belfry:tenant/" + tenant.id.text(),
                             {{"name", name}, {"kind", std::string(name_of(kind))}}}));
    return tenant;
  });
  if (!created) co_return created;
  core_.tree.add(created->id, {created->parent, created->name});
  co_return in_tree(core_.tree, *std::move(created));
}

}  // namespace belfry::iam
