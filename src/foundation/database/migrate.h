// Bringing a database to the schema of this program.
#pragma once

#include "connection.h"

namespace belfry::database {

// Applies what is missing, each migration in a transaction of its own together with its row in
// schema_migration. Errors: conflict ("database.newer_schema", "database.migration_changed"),
// invalid ("database.migration_failed" with number, name and reason).
Result<> migrate(Connection& connection, std::vector<Migration> migrations, Timestamp now);

}  // namespace belfry::database
