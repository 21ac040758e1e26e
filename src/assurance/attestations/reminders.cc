#include "rows.h"

namespace belfry::attestations {
namespace {

using database::Row;
using database::Transaction;

// Those that end soon and were not announced, of tenants where somebody would read it.
constexpr std::string_view kEnding =
    "a.superseded_us IS NULL AND a.withdrawn_us IS NULL AND a.reminded_us IS NULL AND "
    "a.expires_us > :now_us AND a.expires_us <= :soon_us AND EXISTS (SELECT 1 FROM iam_user u "
    "WHERE u.tenant_id = a.tenant_id AND u.active = 1)";

database::Parameters times(Timestamp now) {
  return {{"now_us", to_us(now)}, {"soon_us", to_us(now + kSoon)}};
}

}  // namespace

Result<bool> any_endings(Transaction& transaction, Timestamp now) {
  TRY(auto rows,
      transaction.query("SELECT count(*) AS n FROM attestation a WHERE " + std::string(kEnding),
                        times(now)));
  return rows[0].integer("n") > 0;
}

Result<std::vector<Ending>> take_endings(Transaction& transaction, audit::Ledger& ledger,
                                         Timestamp now, std::size_t limit) {
  database::Parameters parameters = times(now);
  parameters.push_back({"limit", std::int64_t(limit)});
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kColumns) + ", t.name AS tenant_name" +
                            std::string(kFrom) + "JOIN tenant t ON t.id = a.tenant_id WHERE " +
                            std::string(kEnding) + " ORDER BY a.expires_us LIMIT :limit",
                        parameters));
  std::vector<Ending> endings;
  for (const Row& row : rows) {
    TRY(Attestation found, attestation_of(transaction, row));
    TRY(transaction.execute("UPDATE attestation SET reminded_us = :now_us WHERE id = :id",
                            {{"now_us", to_us(now)}, {"id", found.id.value}}));
    audit::Event event;
    event.time = now;
    event.event_class = audit::EventClass::kEntityManagement;
    event.action = "attestation:EndsSoon";
    event.actor = "system";
    event.resource = resource_of(found.id);
    event.details = details_of(found);
    TRY(const audit::Leaf leaf, ledger.seal(found.tenant, event));
    TRY(audit::queue_leaf(transaction, leaf, now));
    endings.push_back({std::move(found), row.text("tenant_name")});
  }
  return endings;
}

}  // namespace belfry::attestations
