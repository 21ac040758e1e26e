// One PostgreSQL server for this test program.
#pragma once

#include "base/result.h"

#include <string>

namespace belfry::database::testing {

// Starts the server at the first call. Returns libpq parameters of a new, empty database.
// Errors: internal, argument "reason".
Result<std::string> make_postgresql_database();

}  // namespace belfry::database::testing
