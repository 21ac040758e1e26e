// Random operations on the real store and on the model oracle: the outcomes and the states agree,
// across restarts, with the index gone, and from any older index.
#include "objects_testing/client.h"
#include "objects_testing/machine.h"
#include "objects_testing/memory_engine.h"
#include "runtime_testing/seeds.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

using testing::choose_operation;
using testing::Client;
using testing::Machine;
using testing::Model;
using testing::Operation;

std::uint64_t seeds() {
  return runtime::testing::seeds_to_try(8);
}

// A store and its model, step by step.
class Pair {
 public:
  Pair(Simulation& world, Store& store) : world_(world) {
    auto bucket = world.run(store.create_bucket({1}, "bucket", {}, {}));
    EXPECT_TRUE(bucket) << bucket.error().describe();
    client_.emplace(store, bucket.value_or(Bucket{}));
  }

  // The history if the outcomes differ, otherwise nothing.
  std::string step(unsigned large) {
    Operation operation = choose_operation(world_.random(), model_, large);
    history_ += operation.describe();
    std::string current = model_.etag(operation.key);
    std::string expected = model_.apply(operation);
    auto outcome = world_.run(client_->apply(operation, current));
    std::string got = outcome ? *outcome : outcome.error().describe();
    history_ += " -> " + got + "\n";
    return got == expected ? "" : "expected " + expected + "\n" + history_;
  }
  std::string compare() {
    auto dump = world_.run(client_->dump());
    std::string got = dump ? *dump : dump.error().describe();
    std::string expected = model_.dump();
    if (got == expected) return "";
    return "expected:\n" + expected + "got:\n" + got + "history:\n" + history_;
  }
  void restarted(Store& store, const std::string& how) {
    client_->use(store);
    history_ += how + "\n";
  }

 private:
  Simulation& world_;
  Model model_;
  std::optional<Client> client_;
  std::string history_;
};

TEST(Model, TheStoreOverMemoryAgrees) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Simulation world(seed);
    auto engine = testing::make_memory_engine();
    testing::MemoryKeys keys;
    testing::MemoryLedger ledger;
    auto store = make_store(world.executor(), *engine, keys, ledger, world.clock(), world.random(),
                            world.pool());
    Pair pair(world, *store);
    for (int step = 0; step < 400; ++step)
      ASSERT_EQ(pair.step(4), "") << "seed " << seed << ", step " << step;
    ASSERT_EQ(pair.compare(), "") << "seed " << seed;
  }
}

TEST(Model, TheEmbeddedEngineAgreesAcrossRestarts) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Machine machine(seed);
    ASSERT_TRUE(machine.start());
    Pair pair(machine.world(), machine.store());
    for (int step = 0; step < 300; ++step) {
      ASSERT_EQ(pair.step(3), "") << "seed " << seed << ", step " << step;
      if (machine.world().choose(40) > 0) continue;
      machine.stop();
      std::size_t batches = machine.index_batches();
      std::size_t kept = machine.world().choose(batches + 1);
      if (machine.world().choose(4) == 0) kept = 0;
      machine.lose_index(kept);
      ASSERT_TRUE(machine.start()) << "seed " << seed;
      pair.restarted(machine.store(), "restart with " + std::to_string(kept) + " of " +
                                          std::to_string(batches) + " batches");
      ASSERT_EQ(pair.compare(), "") << "seed " << seed;
      auto counts = machine.run(machine.engine().counts());
      auto recount = machine.run(machine.engine().recount());
      ASSERT_TRUE(counts && recount && *counts == *recount) << "seed " << seed;
    }
    ASSERT_EQ(pair.compare(), "") << "seed " << seed;
  }
}

// Disks that were away while the index was made again come back with commits older than its cursor.
TEST(Model, ReturningSetsAreReplayedInTheirOrder) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Machine machine(seed);
    ASSERT_TRUE(machine.start());
    Pair pair(machine.world(), machine.store());
    for (int step = 0; step < 60; ++step) ASSERT_EQ(pair.step(3), "") << "seed " << seed;
    std::vector<DiskId> disks;
    for (const segments::SetStatus& set : machine.segments().sets())
      if (set.stream == segments::Stream::kObjects && set.stored.count > 0) disks = set.disks;
    machine.stop();
    machine.lose_index(0);
    machine.take_away(disks);
    ASSERT_TRUE(machine.start()) << "seed " << seed;
    machine.stop();
    machine.take_away({});
    ASSERT_TRUE(machine.start()) << "seed " << seed;
    pair.restarted(machine.store(), "restart without " + std::to_string(disks.size()) + " disks");
    ASSERT_EQ(pair.compare(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace belfry::objects
