// Power cuts under the ledger: what was acknowledged is in its log, at its index, once; no
// checkpoint that was given out is forked; every key in use is on every key disk; and each sync of
// the keys is needed for that.
#include "ledger_world.h"
#include "master_key.h"
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

// A master key is made once: it is whole and there, or it was never given out.
Outcome make_master_key(const Run& run) {
  Simulation world(run.seed);
  if (run.ignored) world.ignore(run.ignored->first, {run.ignored->second});
  auto disk = world.add_disk();
  world.cut_power_after(1 + world.choose(12));
  auto made = crypto::make_master_key(*disk, "master.key", world.random());
  world.power_on();
  auto read = crypto::read_master_key(*disk, "master.key");
  Outcome outcome;
  if (made && (!read || *read != *made)) outcome.broken.push_back("given out, and not there");
  if (!made && !read && read.error().code() != Code::kNotFound)
    outcome.broken.push_back("half-written: " + read.error().describe());
  outcome.syncs = world.syncs_seen();
  outcome.acknowledged = made ? 10 : 0;
  return outcome;
}

TEST(MasterKeyPowerCut, IsWholeOrWasNeverGivenOut) {
  expect_nothing_lost(500, make_master_key);
}

TEST(MasterKeyPowerCut, EachSyncIsNeeded) {
  expect_each_needed(kMasterKeySyncs, 100, make_master_key);
}

}  // namespace
}  // namespace belfry::sim
