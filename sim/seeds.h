// How the power-cut tests go through seeds, and how they show that a sync is needed.
//
// BELFRY_SIM_SEEDS sets how many seeds are tried, BELFRY_SIM_SEED replays one alone.
#pragma once

#include "runtime/simulation.h"

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace belfry::sim {

// The syncs that each simulation is responsible for: all there are.
inline constexpr SyncPoint kSegmentSyncs[] = {
    SyncPoint::kSegmentBatch,         SyncPoint::kSegmentDirectory,   SyncPoint::kFileData,
    SyncPoint::kFileDirectory,        SyncPoint::kFileShardDirectory, SyncPoint::kDescriptor,
    SyncPoint::kDescriptorDirectory,  SyncPoint::kSetDirectory,       SyncPoint::kDiskIdentity,
    SyncPoint::kDiskIdentityDirectory};
inline constexpr SyncPoint kKeyStoreSyncs[] = {SyncPoint::kKeyStore, SyncPoint::kKeyStoreDirectory,
                                               SyncPoint::kKeyStoreFolder};
inline constexpr SyncPoint kMonthSealSyncs[] = {SyncPoint::kMonthSeal,
                                                SyncPoint::kMonthSealDirectory};
inline constexpr SyncPoint kVaultSyncs[] = {SyncPoint::kVault, SyncPoint::kVaultDirectory,
                                            SyncPoint::kVaultFolder};
inline constexpr SyncPoint kMasterKeySyncs[] = {SyncPoint::kMasterKey,
                                                SyncPoint::kMasterKeyDirectory};
inline constexpr SyncPoint kProviderSyncs[] = {SyncPoint::kProviderFile,
                                               SyncPoint::kProviderFileDirectory};
inline constexpr SyncPoint kWitnessSyncs[] = {
    SyncPoint::kWitnessKey, SyncPoint::kWitnessKeyDirectory, SyncPoint::kWitnessState,
    SyncPoint::kWitnessStateDirectory};
inline constexpr SyncPoint kSavepointSyncs[] = {SyncPoint::kLedgerFiles, SyncPoint::kSavepoint,
                                                SyncPoint::kSavepointDirectory};
static_assert(std::size(kSegmentSyncs) + std::size(kKeyStoreSyncs) + std::size(kMasterKeySyncs) +
                  std::size(kProviderSyncs) + std::size(kWitnessSyncs) +
                  std::size(kMonthSealSyncs) + std::size(kVaultSyncs) +
                  std::size(kSavepointSyncs) ==
              kSyncPointCount);

struct Run {
  std::uint64_t seed;
  std::optional<Simulation::Sync> ignored;
};

struct Outcome {
  std::vector<std::string> broken;  // what the property demands and does not hold
  std::set<Simulation::Sync> syncs;
  std::size_t acknowledged = 0;
};

using RunSeed = std::function<Outcome(const Run& run)>;

// A World, made from a seed, works, has its power cut and is checked, so many times: work(),
// check(), world() and answers().
template <class World, unsigned kRounds = 3>
Outcome run_rounds(const Run& run) {
  World world(run.seed);
  if (run.ignored) world.world().ignore(run.ignored->first, {run.ignored->second});
  Outcome outcome;
  for (unsigned round = 0; round < kRounds && outcome.broken.empty(); ++round) {
    world.work();
    outcome.broken = world.check();
  }
  outcome.syncs = world.world().syncs_seen();
  outcome.acknowledged = world.answers();
  return outcome;
}

// Every seed keeps the property, of `count` unless the environment says otherwise.
void expect_nothing_lost(std::uint64_t count, const RunSeed& run);

// Runs pass every one of `points`, and each of their syncs is needed: on each disk, when it is left
// out, the property breaks for one of `seeds_max` seeds.
void expect_each_needed(std::span<const SyncPoint> points, std::uint64_t seeds_max,
                        const RunSeed& run);

}  // namespace belfry::sim
