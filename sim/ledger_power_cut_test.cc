// Power cuts under the ledger: what was acknowledged is in its log, at its index, once; no
// checkpoint that was given out is forked; every key in use is on every key disk; and each sync of
// the keys is needed for that.
#include "ledger_world.h"
#include "seeds.h"

#include <gtest/gtest.h>

namespace belfry::sim {
namespace {

Outcome run_seed(const Run& run) {
  LedgerWorld world(run.seed);
  if (run.ignored) world.world().ignore(run.ignored->first, {run.ignored->second});
  Outcome outcome;
  for (unsigned round = 0; round < 3 && outcome.broken.empty(); ++round) {
    world.cut_within(round == 0 ? 800 : 500);
    world.work();
    outcome.broken = world.check();
  }
  outcome.syncs = world.world().syncs_seen();
  outcome.acknowledged = world.acknowledged();
  return outcome;
}

TEST(LedgerPowerCut, NothingAcknowledgedIsLost) {
  expect_nothing_lost(2000, run_seed);
}

TEST(LedgerPowerCut, EachSyncOfTheKeyStoreIsNeeded) {
  expect_each_needed(kKeyStoreSyncs, 400, run_seed);
}

}  // namespace
}  // namespace belfry::sim
