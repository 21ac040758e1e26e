#include "base/ensure.h"
#include "topology/topology.h"

#include <ranges>
#include <set>

namespace belfry::topology {
namespace {

// "INSERT ... ON CONFLICT (id) DO UPDATE", which SQLite and PostgreSQL share.
std::string upsert_sql(const std::string& table, const database::Parameters& row) {
  std::string columns, values, updates;
  auto append = [&](const std::string& name) {
    std::string_view comma = columns.empty() ? "" : ", ";
    columns.append(comma).append(name);
    values.append(comma).append(":").append(name);
    if (name != "id")
      updates.append(updates.empty() ? "" : ", ").append(name + " = excluded." + name);
  };
  for (const database::Parameter& parameter : row) append(parameter.name);
  append("declared_at_us");
  return "INSERT INTO " + table + " (" + columns + ") VALUES (" + values +
         ") ON CONFLICT (id) DO UPDATE SET " + updates;
}

std::int64_t id_in(const database::Parameters& row) {
  ENSURE(!row.empty() && row.front().name == "id");
  return std::get<std::int64_t>(row.front().value);
}

Result<> write_rows(database::Transaction& transaction, const Topology::TableRows& table,
                    Timestamp now) {
  std::string sql;
  for (database::Parameters row : table.rows) {
    if (sql.empty()) sql = upsert_sql(table.table, row);
    row.push_back({"declared_at_us", to_us(now)});
    TRY(transaction.execute(sql, row));
  }
  return {};
}

Result<> remove_others(database::Transaction& transaction, const Topology::TableRows& table) {
  std::set<std::int64_t> declared;
  for (const database::Parameters& row : table.rows) declared.insert(id_in(row));
  TRY(auto stored, transaction.query("SELECT id FROM " + table.table));
  for (const database::Row& row : stored)
    if (!declared.contains(row.integer("id")))
      TRY(transaction.execute("DELETE FROM " + table.table + " WHERE id = :id",
                              {{"id", row.integer("id")}}));
  return {};
}

}  // namespace

Result<> store(database::Database& database, const Topology& topology, Timestamp now) {
  return database.write([&](database::Transaction& transaction) -> Result<> {
    for (const Topology::TableRows& table : topology.rows) TRY(write_rows(transaction, table, now));
    // What is referred to goes last.
    for (const Topology::TableRows& table : topology.rows | std::views::reverse)
      TRY(remove_others(transaction, table));
    return {};
  });
}

}  // namespace belfry::topology
