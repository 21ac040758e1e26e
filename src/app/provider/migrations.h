// The tables of every module.
#pragma once

#include "database/database.h"

#include <vector>

namespace belfry::provider {

std::vector<database::Migration> all_migrations();

}  // namespace belfry::provider
