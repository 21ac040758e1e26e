// Power cuts at any operation lose nothing that was acknowledged, and each sync is needed for that.
//
// BELFRY_SIM_SEEDS sets how many seeds are tried, BELFRY_SIM_SEED replays one alone.
#include "segments_world.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace belfry::sim {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Some rounds of work, cut and check on the same disks; what broke in the first that broke.
std::vector<std::string> run_seed(std::uint64_t seed, std::optional<Simulation::Sync> ignored,
                                  std::set<Simulation::Sync>* seen, std::size_t* acknowledged) {
  SegmentsWorld world(seed);
  if (ignored) world.world().ignore(ignored->first, {ignored->second});
  std::vector<std::string> broken;
  for (unsigned round = 0; round < 3 && broken.empty(); ++round) {
    world.cut_within(round == 0 ? 500 : 300);
    world.work();
    // Sometimes the process alone dies at first, and leaves what it had not synced to its
    // successor.
    if (world.world().choose(3) == 0) {
      world.world().restart();
      world.cut_within(300);
      world.work();
    }
    broken = world.check();
  }
  if (seen) seen->insert(world.world().syncs_seen().begin(), world.world().syncs_seen().end());
  if (acknowledged) *acknowledged += world.acknowledged();
  return broken;
}

TEST(SegmentsPowerCut, NothingAcknowledgedIsLost) {
  std::uint64_t first = number_of("BELFRY_SIM_SEED", 1);
  std::uint64_t count = std::getenv("BELFRY_SIM_SEED") ? 1 : number_of("BELFRY_SIM_SEEDS", 2000);
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    auto broken = run_seed(seed, {}, nullptr, &acknowledged);
    ASSERT_TRUE(broken.empty()) << "BELFRY_SIM_SEED=" << seed << ": " << broken.size()
                                << " failures: " << testing::PrintToString(broken);
  }
  // A run that acknowledges nothing would prove nothing.
  EXPECT_GT(acknowledged, 5 * count);
}

TEST(SegmentsPowerCut, EachSyncIsNeeded) {
  std::set<Simulation::Sync> syncs;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) run_seed(seed, {}, &syncs, nullptr);
  EXPECT_GE(syncs.size(), 20u);
  for (Simulation::Sync sync : syncs) {
    bool needed = false;
    for (std::uint64_t seed = 1; seed <= 400 && !needed; ++seed)
      needed = !run_seed(seed, sync, nullptr, nullptr).empty();
    EXPECT_TRUE(needed) << name_of(sync.first) << " on disk " << sync.second
                        << " can be left out and nothing breaks";
  }
}

}  // namespace
}  // namespace belfry::sim
