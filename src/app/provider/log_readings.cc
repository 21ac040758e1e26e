#include "log_readings.h"

namespace belfry::provider {
namespace {

constexpr std::int64_t kTenantsMax = 10'000;

std::string table_of(Readings of) {
  return of == Readings::kOfStaff ? "log_reading" : "change_reading";
}

}  // namespace

Result<std::vector<LogReading>> find_readings(database::Transaction& transaction, Readings of) {
  std::vector<LogReading> readings;
  TRY(auto rows,
      transaction.query("SELECT t.id, COALESCE(r.leaf, 0) AS leaf, COALESCE(r.part, 0) AS part "
                        "FROM tenant t LEFT JOIN " +
                            table_of(of) +
                            " r ON r.tenant_id = t.id WHERE t.kind <> 'provider' ORDER BY "
                            "COALESCE(r.observed_at_us, 0), t.id LIMIT :limit",
                        {{"limit", kTenantsMax}}));
  readings.reserve(rows.size());
  for (const database::Row& row : rows)
    readings.push_back({TenantId{row.integer("id")},
                        {std::uint64_t(row.integer("leaf")), std::uint32_t(row.integer("part"))}});
  return readings;
}

Result<bool> move_on(database::Transaction& transaction, Readings of, const LogReading& reading,
                     audit::Position next, std::int64_t observed_us) {
  const std::string table = table_of(of);
  TRY(const std::int64_t moved,
      transaction.execute(
          "INSERT INTO " + table +
              " (tenant_id, leaf, part, observed_at_us) VALUES (:tenant_id, :leaf, :part, "
              ":observed_us) ON CONFLICT (tenant_id) DO UPDATE SET leaf = :leaf, part = :part, "
              "observed_at_us = CASE WHEN " +
              table + ".observed_at_us > :observed_us THEN " + table +
              ".observed_at_us ELSE :observed_us END WHERE " + table + ".leaf = :from_leaf AND " +
              table + ".part = :from_part",
          {{"tenant_id", reading.tenant.value},
           {"from_leaf", std::int64_t(reading.from.leaf)},
           {"from_part", std::int64_t(reading.from.part)},
           {"leaf", std::int64_t(next.leaf)},
           {"part", std::int64_t(next.part)},
           {"observed_us", observed_us}}));
  return moved > 0;
}

}  // namespace belfry::provider
