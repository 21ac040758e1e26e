// What goes with a tenant that ends.
#include "role_grants.h"
#include "rows.h"
#include "tenant_service.h"

namespace belfry::iam {
namespace {

// What refers to another row before that row.
constexpr const char* kGone[] = {
    "DELETE FROM mail WHERE about IN (SELECT 'invitation/' || i.id FROM invitation i WHERE "
    "i.tenant_id = :id AND i.ended_us IS NULL)",
    "UPDATE invitation SET ended_us = :now_us WHERE tenant_id = :id AND ended_us IS NULL",
    "DELETE FROM issuer_subject WHERE issuer_id IN (SELECT o.id FROM issuer o WHERE "
    "o.tenant_id = :id)",
    "DELETE FROM issuer_keeper WHERE issuer_id IN (SELECT o.id FROM issuer o WHERE "
    "o.tenant_id = :id)",
    "DELETE FROM issuer WHERE tenant_id = :id",
    // Nobody assumes its roles, whatever comes.
    "UPDATE assumable_role SET trust_document = '', changed_us = :now_us WHERE tenant_id = :id",
    "UPDATE iam_grant SET ended_us = :now_us, ended_by_user_id = :by_id, end_reason = 'withdrawn' "
    "WHERE tenant_id = :id AND ended_us IS NULL",
    "UPDATE intervention SET state = 'ended', ended_us = :now_us, ended_by_user_id = :by_id, "
    "end_reason = 'customer' WHERE tenant_id = :id AND state IN ('pending', 'open')"};

}  // namespace

Result<std::int64_t> TenantService::end_everything(Transaction& transaction, const Principal& by,
                                                   const Tenant& tenant,
                                                   const std::string& unknown_hash) {
  const database::Parameters parameters = {
      {"id", tenant.id.value}, {"by_id", by.user.value}, {"now_us", to_us(core_.clock.now())}};
  // While its issuers are there: sessions that a token of theirs began end with them.
  TRY(
      transaction.execute("UPDATE role_session SET ended_us = :now_us WHERE ended_us IS NULL AND "
                          "id IN " +
                              with_those_assumed("s.tenant_id = :id OR s.by_tenant_id = :id OR "
                                                 "s.issuer_id IN (SELECT o.id FROM issuer o WHERE "
                                                 "o.tenant_id = :id)"),
                          parameters));
  TRY(auto rows, transaction.query("SELECT " + kUserColumns +
                                       " FROM iam_user u WHERE u.tenant_id = :id AND "
                                       "u.deleted_us IS NULL ORDER BY u.id",
                                   parameters));
  for (const Row& row : rows) TRY(people_.erase(transaction, by, user_of(row), unknown_hash));
  for (const char* change : kGone) TRY(transaction.execute(change, parameters));
  return std::int64_t(rows.size());
}

}  // namespace belfry::iam
