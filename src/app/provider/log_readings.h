// How far each customer's log was read for something, so that the next reading goes on there.
#pragma once

#include "audit/query.h"
#include "base/id.h"
#include "base/result.h"
#include "database/database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace belfry::provider {

// Of a customer's log, and where it goes on.
struct LogReading {
  TenantId tenant;
  audit::Position from;
};

// A table with the columns of log_reading, one row a customer.
enum class Readings { kOfStaff, kOfChanges };

// Of every customer, those first that were not read for longest.
Result<std::vector<LogReading>> find_readings(database::Transaction& transaction, Readings of);
// Where the next reading of that log begins. `observed_us`: 0 where it was not read to its end.
// False: it did not begin where this one did any more, because another one was quicker.
Result<bool> move_on(database::Transaction& transaction, Readings of, const LogReading& reading,
                     audit::Position next, std::int64_t observed_us);

}  // namespace belfry::provider
