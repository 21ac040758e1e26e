// Rows of which there may be a hundred thousand (docs/formats/measure.md, Rows that are summed up).
#pragma once

#include "catalogue.h"

#include <string>
#include <string_view>

namespace belfry::measures {

// So many rows of one status are listed, a tenant and in all: each tenant gets its first.
inline constexpr int kListedMaxPerTenant = 100;
inline constexpr int kListedMax = 5'000;

// `sql` as one query whose rows are bounded, whatever their number: those of the kind that fail, or
// are open, are listed, and one row for each tenant and status counts the others. A further column
// `stands_for` tells how many rows each is. The database sums, so that no more is in memory.
std::string summed_sql(std::string_view sql, const Summed& summed);

}  // namespace belfry::measures
