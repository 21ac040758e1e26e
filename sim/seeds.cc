#include "seeds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace belfry::sim {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

void expect_nothing_lost(std::uint64_t count, const RunSeed& run) {
  const bool replays = std::getenv("BELFRY_SIM_SEED") != nullptr;
  const std::uint64_t first = number_of("BELFRY_SIM_SEED", 1);
  count = replays ? 1 : number_of("BELFRY_SIM_SEEDS", count);
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Outcome outcome = run({seed, std::nullopt});
    acknowledged += outcome.acknowledged;
    ASSERT_TRUE(outcome.broken.empty())
        << "BELFRY_SIM_SEED=" << seed << ": " << testing::PrintToString(outcome.broken);
  }
  // A run that acknowledges nothing would prove nothing.
  EXPECT_GT(acknowledged, 5 * count);
}

void expect_each_needed(std::span<const SyncPoint> points, std::uint64_t seeds_max,
                        const RunSeed& run) {
  std::set<Simulation::Sync> syncs;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) syncs.merge(run({seed, std::nullopt}).syncs);
  for (SyncPoint point : points)
    EXPECT_TRUE(std::ranges::any_of(syncs, [&](auto sync) { return sync.first == point; }))
        << name_of(point) << " is never passed";
  for (const Simulation::Sync& sync : syncs) {
    if (std::ranges::find(points, sync.first) == points.end()) continue;
    bool needed = false;
    for (std::uint64_t seed = 1; seed <= seeds_max && !needed; ++seed)
      needed = !run({seed, sync}).broken.empty();
    EXPECT_TRUE(needed) << name_of(sync.first) << " on disk " << sync.second
                        << " can be left out and nothing breaks";
  }
}

}  // namespace belfry::sim
