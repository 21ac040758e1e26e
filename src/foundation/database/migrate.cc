#include "migrate.h"

#include "base/ensure.h"
#include "base/text_encoding.h"
#include "statement.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

namespace belfry::database {
namespace {

constexpr Duration kMigrationLimit = std::chrono::hours(1);

std::string sha256_hex(std::string_view text) {
  std::array<std::byte, 32> digest;
  unsigned length = digest.size();
  ENSURE(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()),
                    &length, EVP_sha256(), nullptr) == 1);
  return to_hex(digest);
}

using Applied = std::map<std::int64_t, std::string>;  // number -> SHA-256

Result<Applied> read_applied(Connection& connection) {
  TRY(Outcome outcome,
      connection.run("SELECT number, sha256 FROM schema_migration", {}, kMigrationLimit));
  Applied applied;
  for (const Row& row : outcome.rows) applied[row.integer("number")] = row.text("sha256");
  return applied;
}

template <class Work>
Result<> in_transaction(Connection& connection, const Work& work) {
  TRY(connection.begin(Mode::kWrite));
  Result<> done = work();
  if (done) done = connection.commit();
  if (!done) connection.rollback();
  return done;
}

Result<> apply(Connection& connection, const Migration& migration, Timestamp now) {
  for (const std::string& statement : split_statements(migration.sql)) {
    auto done = connection.run(statement, {}, kMigrationLimit);
    if (!done)
      return fail(Code::kInvalid, "database.migration_failed",
                  {{"number", std::to_string(migration.number)},
                   {"name", migration.name},
                   {"reason", done.error().describe()}});
  }
  TRY(
      connection.run("INSERT INTO schema_migration (number, name, sha256, applied_us) "
                     "VALUES (:number, :name, :sha256, :applied_us)",
                     {{"number", migration.number},
                      {"name", migration.name},
                      {"sha256", sha256_hex(migration.sql)},
                      {"applied_us", to_us(now)}},
                     kMigrationLimit));
  return {};
}

Result<> check_known(const Applied& applied, const std::vector<Migration>& migrations) {
  for (const auto& [number, sha256] : applied) {
    auto known = std::ranges::find(migrations, number, &Migration::number);
    if (known == migrations.end())
      return fail(Code::kConflict, "database.newer_schema", {{"number", std::to_string(number)}});
    if (sha256_hex(known->sql) != sha256)
      return fail(Code::kConflict, "database.migration_changed",
                  {{"number", std::to_string(number)}, {"name", known->name}});
  }
  return {};
}

Result<> migrate_locked(Connection& connection, const std::vector<Migration>& migrations,
                        Timestamp now) {
  TRY(in_transaction(connection, [&]() -> Result<> {
    TRY(
        connection.run("CREATE TABLE IF NOT EXISTS schema_migration ("
                       "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                       "sha256 TEXT NOT NULL, applied_us BIGINT NOT NULL)",
                       {}, kMigrationLimit));
    return {};
  }));
  for (const Migration& migration : migrations) {
    TRY(in_transaction(connection, [&]() -> Result<> {
      // Read again inside: another process may have been faster.
      TRY(Applied applied, read_applied(connection));
      TRY(check_known(applied, migrations));
      return applied.contains(migration.number) ? Result<>() : apply(connection, migration, now);
    }));
  }
  return in_transaction(connection, [&]() -> Result<> {
    TRY(Applied applied, read_applied(connection));
    return check_known(applied, migrations);
  });
}

}  // namespace

Result<> migrate(Connection& connection, std::vector<Migration> migrations, Timestamp now) {
  std::ranges::sort(migrations, {}, &Migration::number);
  auto same = std::ranges::adjacent_find(migrations, {}, &Migration::number);
  ENSURE(same == migrations.end());
  TRY(connection.lock_schema());
  Result<> done = migrate_locked(connection, migrations, now);
  connection.unlock_schema();
  return done;
}

}  // namespace belfry::database
