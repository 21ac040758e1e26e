// Power cuts at any operation lose nothing that was acknowledged, and each sync is needed for that.
#include "seeds.h"
#include "segments_world.h"

#include <gtest/gtest.h>

namespace belfry::sim {
namespace {

// Some rounds of work, cut and check on the same disks; what broke in the first that broke.
Outcome run_world(const Run& run, SegmentsWorld::Disks disks) {
  SegmentsWorld world(run.seed, disks);
  if (run.ignored) world.world().ignore(run.ignored->first, {run.ignored->second});
  Outcome outcome;
  for (unsigned round = 0; round < 3 && outcome.broken.empty(); ++round) {
    world.cut_within(round == 0 ? 500 : 300);
    world.work();
    // Sometimes the process alone dies at first, and leaves what it had not synced to its
    // successor.
    if (world.world().choose(3) == 0) {
      world.world().restart();
      world.cut_within(300);
      world.work();
    }
    outcome.broken = world.check();
  }
  outcome.syncs = world.world().syncs_seen();
  outcome.acknowledged = world.acknowledged();
  return outcome;
}

Outcome run_seed(const Run& run) {
  return run_world(run, SegmentsWorld::Disks::kStay);
}

Outcome run_seed_with_moves(const Run& run) {
  return run_world(run, SegmentsWorld::Disks::kComeAndGo);
}

TEST(SegmentsPowerCut, NothingAcknowledgedIsLost) {
  expect_nothing_lost(2000, run_seed);
}

TEST(SegmentsPowerCut, NorWhileDisksComeAndGo) {
  expect_nothing_lost(2000, run_seed_with_moves);
}

TEST(SegmentsPowerCut, EachSyncIsNeeded) {
  expect_each_needed(kSegmentSyncs, 400, run_seed);
}

}  // namespace
}  // namespace belfry::sim
