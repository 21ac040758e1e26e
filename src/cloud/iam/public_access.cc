#include "public_access_service.h"

#include <utility>

namespace belfry::iam {
namespace {

using policy::PublicAccessBlock;

std::string resource_of(TenantId tenant) {
  return "belfry:tenant/" + tenant.text();
}

Result<PublicAccessBlock> read_block(Transaction& transaction, TenantId tenant) {
  TRY(auto rows, transaction.query("SELECT block_public_acls, ignore_public_acls, "
                                   "block_public_policy, restrict_public_buckets FROM tenant "
                                   "WHERE id = :id",
                                   {{"id", tenant.value}}));
  PublicAccessBlock block;
  if (rows.empty()) return block;
  for (const policy::PublicAccessSetting& setting : policy::kPublicAccessSettings)
    block.*setting.flag = rows[0].flag(std::string(setting.name));
  return block;
}

Result<> write_block(Transaction& transaction, TenantId tenant, const PublicAccessBlock& block) {
  TRY(transaction.execute(
      "UPDATE tenant SET block_public_acls = :block_acls, ignore_public_acls = :ignore_acls, "
      "block_public_policy = :block_policy, restrict_public_buckets = :restrict WHERE id = :id",
      {{"block_acls", std::int64_t(block.block_public_acls)},
       {"ignore_acls", std::int64_t(block.ignore_public_acls)},
       {"block_policy", std::int64_t(block.block_public_policy)},
       {"restrict", std::int64_t(block.restrict_public_buckets)},
       {"id", tenant.value}}));
  return {};
}

}  // namespace

Principal anonymous() {
  return Principal{.name = "anonymous", .method = Method::kAnonymous};
}

std::vector<audit::Detail> details_of(const PublicAccessBlock& block) {
  std::vector<audit::Detail> details;
  details.reserve(std::size(policy::kPublicAccessSettings));
  for (const policy::PublicAccessSetting& setting : policy::kPublicAccessSettings)
    details.push_back({std::string(setting.name), block.*setting.flag ? "true" : "false"});
  return details;
}

Task<PublicAccessBlock> PublicAccessService::find_block(const Principal& by) {
  CO_TRY(decide(core_.tree, by, "iam:GetPublicAccess", {resource_of(by.tenant), by.tenant}));
  co_return co_await block_of(by.tenant);
}

Task<PublicAccessBlock> PublicAccessService::block_of(TenantId tenant) {
  co_return co_await core_.read<PublicAccessBlock>(
      [&](Transaction& transaction) { return read_block(transaction, tenant); });
}

Task<PublicAccessBlock> PublicAccessService::set_block(const Principal& by,
                                                       const PublicAccessBlock& block) {
  constexpr std::string_view kAction = "iam:SetPublicAccess";
  const std::string resource = resource_of(by.tenant);
  CO_TRY(core_.check(by, kAction, {resource, by.tenant},
                     Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", by.tenant.text()}})));
  CO_TRY(core_.check_fresh(by, kAction, resource));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const PublicAccessBlock before, read_block(transaction, by.tenant));
    if (before == block) return Done{};
    TRY(write_block(transaction, by.tenant, block));
    auto details = details_of(block);
    for (audit::Detail& detail : details_of(before))
      details.push_back({detail.name + "_before", std::move(detail.value)});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {std::string(kAction), resource, std::move(details)}));
    return Done{};
  }));
  CO_TRY(co_await runtime::blocking(*core_.pool, [this] {
    return core_.open_tenants.read(core_.database, core_.clock.monotonic());
  }));
  co_return block;
}

Task<> PublicAccessService::keep_up() {
  if (core_.open_tenants.is_fresh(core_.clock.monotonic())) co_return Result<>();
  co_return co_await runtime::blocking(*core_.pool, [this] {
    return core_.open_tenants.keep_up(core_.database, core_.clock.monotonic());
  });
}

}  // namespace belfry::iam
