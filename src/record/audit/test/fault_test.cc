// Disks that fail under the ledger, on a simulated machine: every leaf that was acknowledged is in
// its log at its index, and calls answer retry meanwhile, never with something else.
#include "crypto/hash.h"
#include "runtime_testing/seeds.h"
#include "simulated_ledger.h"
#include "tree.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace belfry::audit {
namespace {

enum class Harm { kInputOutput, kNoSpace, kReadOnly, kDead };

std::uint64_t seeds() {
  return runtime::testing::seeds_to_try(6);
}

class FaultyLedger : public SimulatedLedger {
 public:
  explicit FaultyLedger(std::uint64_t seed) : SimulatedLedger(seed, kStoreDisks) {}
  ~FaultyLedger() { stop(); }

  Result<> start() { return open(0, 4_MiB, {.kept_octets_max = 4096, .savepoint_after = 20_KiB}); }
  void stop() { close(); }

  void harm(Harm harm) {
    SimulatedDisk& disk = *disks_[world_.choose(disks_.size())];
    switch (harm) {
      case Harm::kInputOutput:
        return disk.fail_after(world_.choose(40), Fault::kInputOutput);
      case Harm::kNoSpace:
        return disk.fail_after(world_.choose(40), Fault::kNoSpace);
      case Harm::kReadOnly:
        return disk.set_read_only(true);
      case Harm::kDead:
        // One at a time: three copies bear two, and healing needs time.
        if (dead_) std::ignore = mend();
        (dead_ = &disk)->fail_always();
    }
  }
  // The hardware is right again; a disk that failed counts again after a restart.
  Result<> mend() {
    for (auto& disk : disks_) {
      disk->set_read_only(false);
      disk->fail_after(~std::uint64_t{0}, Fault::kInputOutput);
    }
    if (dead_) std::exchange(dead_, nullptr)->erase();
    stop();
    TRY(start());
    TRY(run(store_->heal()));
    return bring_tile_disks_up();
  }

 private:
  // So that the next one that dies is not the last that knows.
  Result<> bring_tile_disks_up() {
    for (int minute = 0; minute < 200; ++minute) {
      std::set<segments::Sequence> known;
      for (int i = 0; i < 3; ++i) known.insert(savepoint_on(*disks_[std::size_t(i)]));
      if (known.size() == 1) return {};
      TRY(run(sleep_a_minute()));
    }
    return fail(Code::kInternal, "a tile disk stays behind");
  }
  Task<> sleep_a_minute() {
    co_await world_.clock().sleep(std::chrono::minutes(1));
    co_return Result<>();
  }

  SimulatedDisk* dead_ = nullptr;
};

Event numbered(int number) {
  Event event;
  event.action = "s3:PutObject";
  event.actor = "ada";
  event.resource = "leaf-" + std::to_string(number) + "-";
  event.details = {{"text", std::string(400, 'x')}};
  return event;
}

// Every acknowledged leaf of the tenant is at its index; the root that a checkpoint signs is that
// of the leaves that are given out.
std::string check(FaultyLedger& machine, TenantId tenant,
                  const std::map<std::uint64_t, int>& acknowledged) {
  Query all;
  all.limit = 100'000;
  auto page = machine.run(machine.ledger().query(tenant, all));
  if (!page) return page.error().describe();
  std::map<std::uint64_t, std::string> found;
  for (const LoggedEvent& event : page->events) found[event.index] = event.ocsf;
  for (const auto& [index, number] : acknowledged)
    if (found[index].find("leaf-" + std::to_string(number) + "-") == std::string::npos)
      return "leaf " + std::to_string(number) + " is not at " + std::to_string(index);
  auto checkpoint = machine.run(machine.ledger().checkpoint(tenant));
  if (!checkpoint) return checkpoint.error().describe();
  if (checkpoint->size != page->log_size) return "the checkpoint is of another size";
  for (std::uint64_t index = 0; index < checkpoint->size; index += 97) {
    const std::uint64_t bundle = index / kTileWidth;
    const auto width = std::min<std::uint64_t>(kTileWidth, checkpoint->size - bundle * kTileWidth);
    std::string path = "tile/0/00" + std::to_string(bundle);
    if (width < kTileWidth) path += ".p/" + std::to_string(width);
    auto hashes = machine.run(machine.ledger().tile(tenant, path));
    if (!hashes) return hashes.error().describe();
    Hash leaf;
    std::ranges::copy(View(*hashes).subspan(index % kTileWidth * 32, 32), leaf.begin());
    auto proof = machine.run(machine.ledger().inclusion_proof(tenant, index, checkpoint->size));
    if (!proof) return proof.error().describe();
    if (!path_proves(leaf, index, checkpoint->size, *proof, checkpoint->root))
      return "leaf " + std::to_string(index) + " is not proved";
  }
  return {};
}

class LedgerFaults : public testing::TestWithParam<Harm> {};

TEST_P(LedgerFaults, LoseNoAcknowledgedLeaf) {
  int refused = 0, harms = 0;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    FaultyLedger machine(seed);
    ASSERT_TRUE(machine.start()) << seed;
    std::map<TenantId, std::map<std::uint64_t, int>> acknowledged;
    for (int number = 0; number < 700; ++number) {
      if (machine.world().choose(20) == 0) machine.harm(GetParam()), ++harms;
      const TenantId tenant{2 + number % 2};
      auto receipt = machine.run(machine.ledger().record(tenant, numbered(number)));
      if (receipt) {
        ASSERT_TRUE(acknowledged[tenant].emplace(receipt->index, number).second)
            << "an index twice, seed " << seed;
        continue;
      }
      ++refused;
      const Code code = receipt.error().code();
      ASSERT_TRUE(code == Code::kRetry || code == Code::kExhausted) << receipt.error().describe();
      auto mended = machine.mend();
      ASSERT_TRUE(mended) << mended.error().describe() << ", seed " << seed;
    }
    ASSERT_TRUE(machine.mend());
    for (const auto& [tenant, leaves] : acknowledged)
      ASSERT_EQ(check(machine, tenant, leaves), "") << "seed " << seed;
    machine.stop();
    auto started = machine.start();
    ASSERT_TRUE(started) << started.error().describe() << ", seed " << seed;
    for (const auto& [tenant, leaves] : acknowledged)
      ASSERT_EQ(check(machine, tenant, leaves), "") << "after a restart, seed " << seed;
  }
  EXPECT_GT(harms, 50);
  EXPECT_LT(refused, harms) << "most faults are borne by writing elsewhere";
}

INSTANTIATE_TEST_SUITE_P(Kinds, LedgerFaults,
                         testing::Values(Harm::kInputOutput, Harm::kNoSpace, Harm::kReadOnly,
                                         Harm::kDead));

}  // namespace
}  // namespace belfry::audit
