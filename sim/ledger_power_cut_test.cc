// Power cuts under the ledger: what was acknowledged is in its log, at its index, once; no
// checkpoint that was given out is forked; every key in use is on every key disk; behind a
// savepoint each tile disk alone makes up for the journal; and each sync of the keys and of
// savepoints is needed for that.
#include "ledger_world.h"
#include "seeds.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace belfry::sim {
namespace {

LedgerWorld::Met met;

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
  met.savepoints += world.met().savepoints;
  met.pruned += world.met().pruned;
  met.full_bundles += world.met().full_bundles;
  met.lost_disks += world.met().lost_disks;
  return outcome;
}

TEST(LedgerPowerCut, NothingAcknowledgedIsLost) {
  expect_nothing_lost(1000, run_seed);
  std::printf("met: %zu savepoints, %zu pruned journals, %zu full bundles, %zu lost disks\n",
              met.savepoints, met.pruned, met.full_bundles, met.lost_disks);
  if (std::getenv("BELFRY_SIM_SEED")) return;
  // Where it never comes to that, nothing is shown.
  EXPECT_GT(met.savepoints, 100u);
  EXPECT_GT(met.pruned, 100u);
  EXPECT_GT(met.full_bundles, 100u);
  EXPECT_GT(met.lost_disks, 10u);
}

TEST(LedgerPowerCut, EachSyncOfSavepointsIsNeeded) {
  expect_each_needed(kSavepointSyncs, 400, run_seed);
}

TEST(LedgerPowerCut, EachSyncOfTheKeyStoreIsNeeded) {
  expect_each_needed(kKeyStoreSyncs, 400, run_seed);
}

}  // namespace
}  // namespace belfry::sim
