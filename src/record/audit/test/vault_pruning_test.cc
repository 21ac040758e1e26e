// Legal holds over a journal that is pruned: what they copy is in the logs' files alone.
#include "vault_fixture.h"

namespace belfry::audit {
namespace {

class PrunedVault : public VaultDiskTest {
 protected:
  PrunedVault() { prune_often(); }

  void crash() {
    vault_.reset();
    VaultDiskTest::crash();
  }
  fs::path bundle(int disk, const std::string& name) const {
    return log_folder(disk, kTenant) / "tile/entries" / name;
  }
  bool any_disk_has(const std::string& name) const {
    return fs::exists(bundle(1, name)) || fs::exists(bundle(2, name)) ||
           fs::exists(bundle(3, name));
  }
  void await_removal(const std::string& name) {
    await("the removal of a bundle", [&] { return !any_disk_has(name); });
  }
};

TEST_F(PrunedVault, WhatTheJournalHasNoMoreIsHeldAndProved) {
  open();
  fill(kTenant, 4000);
  await_savepoint();
  await_pruning();
  const HoldId id = place("key-29");
  // Nothing of it is copied yet, and a start goes on from the savepoint.
  crash();
  open();
  EXPECT_EQ(vault_->find(kTenant, id)->events, 0u);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  await_removal("000");
  for (int i = 0; i < 2; ++i) {
    const auto resources = held(id);
    EXPECT_EQ(resources.size(), 111u) << "key-29, key-290 to key-299, key-2900 to key-2999";
    EXPECT_EQ(resources.front(), "key-29");
    EXPECT_EQ(resources.back(), "key-2999");
    expect_held_proved(id);
    EXPECT_EQ(readable(kTenant), 2u) << "what was written since";
    reopen();
  }
  EXPECT_FALSE(any_disk_has("000"));
}

// Savepoints come and records go while a hold is copied, its months are due, and a disk of the
// vault keeps it from ending.
TEST_F(PrunedVault, WhatAHoldHasNotCopiedYetStays) {
  open_with_refusing();
  fill(kTenant, 2000);
  const HoldId id = place("key-");
  refusing_->takes = 4;
  EXPECT_FALSE(run(vault_->copy()));
  const std::uint64_t copied = vault_->find(kTenant, id)->events;
  EXPECT_GT(copied, 0u);
  EXPECT_LT(copied, 2000u);
  fill(kTenant, 2000);
  await_savepoint();
  await_pruning();
  let_a_year_pass();
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  // The next savepoint, after the destruction that had to wait, takes nothing from the files.
  const segments::Sequence before = saved_on(1);
  fill(kTenant, 1000);
  await_savepoint(before);
  for (int disk : {1, 2, 3})
    for (const char* name : {"000", "006", "014"})
      EXPECT_TRUE(fs::exists(bundle(disk, name))) << disk << ", " << name;
  crash();
  open();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kCopying);
  // What two disks have of it counts, once the third has it too.
  EXPECT_GE(vault_->find(kTenant, id)->events, copied);
  EXPECT_LT(vault_->find(kTenant, id)->events, 2000u);
  copy();
  EXPECT_EQ(destroy(), 1u);
  await_removal("014");
  reopen();
  const auto resources = held(id);
  ASSERT_EQ(resources.size(), 5001u);
  for (std::size_t i = 0; i < 4000; ++i)
    ASSERT_EQ(resources[i], "key-" + std::to_string(i % 2000)) << i;
  expect_held_proved(id);
}

// Two tile disks are lost before anything was copied, and the months go at once.
TEST_F(PrunedVault, OneDiskAloneHasWhatAHoldNeeds) {
  open();
  fill(kTenant, 4000);
  await_savepoint();
  await_pruning();
  const HoldId id = place("key-");
  crash();
  for (int disk : {1, 3}) fs::remove_all(folder(disk) / "audit");
  open();
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  EXPECT_EQ(held(id).size(), 4001u);
  expect_held_proved(id);
}

}  // namespace
}  // namespace belfry::audit
