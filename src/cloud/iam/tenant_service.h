// The implementation of `Tenants`: tenants.cc, tenant_life.cc, ended_tenants.cc.
#pragma once

#include "core.h"
#include "iam/tenants.h"
#include "password_hasher.h"
#include "people_service.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

enum class EndedTenants { kLeftOut, kShown };

// What `id`, zero for a new one, is to be called below `above`. Errors: invalid
// ("iam.bad_tenant_name"), conflict ("iam.tenant_exists": another there is, but for capitals).
Result<> check_tenant_name(Transaction& transaction, TenantId above, TenantId id,
                           const std::string& name);

class TenantService : public Tenants {
 public:
  TenantService(Core& core, PasswordHasher& passwords, PeopleService& people)
      : core_(core), passwords_(passwords), people_(people) {}

  Task<Listing<Tenant>> list(const Principal& by, Page page, EndedTenants ended);
  Task<Listing<Tenant>> list_all(const Principal& by, Page page) override;
  Task<Tenant> find(const Principal& by, TenantId tenant) override;
  Task<Tenant> rename(const Principal& by, TenantId tenant, const std::string& name) override;
  Task<Tenant> suspend(const Principal& by, TenantId tenant, const std::string& reason) override;
  Task<Tenant> resume(const Principal& by, TenantId tenant) override;
  Task<Tenant> end(const Principal& by, TenantId tenant, IsEmpty is_empty) override;

 private:
  // As it stands, if the caller may do `action` there.
  Result<Tenant> read_for(Transaction& transaction, const Principal& by, TenantId tenant,
                          std::string_view action);
  // One that is suspended, and that the caller may let go on or end.
  Result<Tenant> read_suspended(Transaction& transaction, const Principal& by, TenantId tenant,
                                std::string_view action);
  Result<Tenant> read_ending(Transaction& transaction, const Principal& by, TenantId tenant);
  // Writes the change down with its event, and gives the tenant back as it is now.
  struct Change {
    std::string_view action, assignments;
    database::Parameters parameters;
    std::vector<audit::Detail> details;
  };
  Result<Tenant> change(Transaction& transaction, const Principal& by, const Tenant& before,
                        const Change& change);
  Result<std::int64_t> end_everything(Transaction& transaction, const Principal& by,
                                      const Tenant& tenant, const std::string& unknown_hash);
  // What is in memory of it, once the transaction is done.
  Task<> keep_up();

  Core& core_;
  PasswordHasher& passwords_;
  PeopleService& people_;
};

}  // namespace belfry::iam
