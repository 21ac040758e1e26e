// What the measures read about objects: the engine's facts as rows of the state database
// (migrations/ documents the columns).
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "database/database.h"
#include "objects/engine.h"
#include "objects/store.h"
#include "runtime/task.h"
#include "segments/store.h"

#include <memory>
#include <vector>

namespace belfry::objects {

inline constexpr Duration kFactsPeriod = std::chrono::seconds(5);

// Observes and upserts. Calls to `collect` run one after another. Everything it was made with
// outlives it.
class Facts {
 public:
  virtual ~Facts() = default;
  // Brings every table up to date in one transaction: rows of what is gone are deleted, every other
  // one carries `now`. Safe to repeat, from any thread of the executor. Errors: those of Database.
  virtual Task<> collect(database::Database& database, Timestamp now) = 0;
};

// `disks` are those the segment store was opened with: they tell servers, sites and what is
// simulated. `pool` runs the database's calls.
std::unique_ptr<Facts> make_facts(Engine& engine, Store& store, segments::Store& segments,
                                  std::vector<segments::StoreDisk> disks,
                                  std::shared_ptr<Pool> pool);

// The disks that were unproven when facts were collected last: segments::Options::unproven. Blocks.
Result<std::vector<DiskId>> unproven_disks(database::Database& database);

std::vector<database::Migration> migrations();

}  // namespace belfry::objects
