#include "crypto/key_store.h"

#include "key_disks.h"
#include "runtime_testing/manual_clock.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace belfry::crypto {
namespace {

using std::chrono::days;
constexpr TenantId kTenant{7}, kOther{8};

class KeyStoreTest : public testing::Test {
 protected:
  std::unique_ptr<KeyStore> open() {
    auto store = try_open();
    EXPECT_TRUE(store) << store.error().describe();
    return std::move(*store);
  }
  Result<std::unique_ptr<KeyStore>> try_open() {
    auto pointers = disks_.pointers();
    return open_key_store(pointers, master_key_, clock_, *random_);
  }
  void expect_all_current(KeyStore& store) {
    for (const auto& state : store.disks()) {
      EXPECT_TRUE(state.current);
      EXPECT_EQ(state.generation, store.disks()[0].generation);
    }
  }

  KeyDisks disks_;
  runtime::testing::ManualClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 3 / 15)};
  std::unique_ptr<Random> random_ = make_seeded_random(1);
  Buffer master_key_ = Buffer(32, std::byte{9});
};

TEST_F(KeyStoreTest, KeysStayTheSameOverRestarts) {
  auto store = open();
  const Key objects = store->current(kTenant, KeyPurpose::kObjects).value();
  const Key secrets = store->current({}, KeyPurpose::kSecrets).value();
  EXPECT_EQ(objects.secret.size(), 32u);
  EXPECT_EQ(objects.version, 1u);
  EXPECT_NE(objects.secret, secrets.secret);
  EXPECT_NE(store->current(kOther, KeyPurpose::kObjects).value().id, objects.id);
  store = open();
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kObjects).value().secret, objects.secret);
  EXPECT_EQ(store->find(secrets.id).value().secret, secrets.secret);
  EXPECT_EQ(store->find({12345}).error().message(), "key.missing");
  expect_all_current(*store);
}

TEST_F(KeyStoreTest, RotationKeepsOldVersions) {
  auto store = open();
  const Key first = store->current(kTenant, KeyPurpose::kObjects).value();
  const Key second = store->rotate(kTenant, KeyPurpose::kObjects).value();
  EXPECT_EQ(second.version, 2u);
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kObjects).value().id, second.id);
  EXPECT_EQ(store->find(first.id).value().secret, first.secret);
  EXPECT_EQ(store->list(kTenant, KeyPurpose::kObjects).size(), 2u);
  EXPECT_FALSE(store->rotate(kTenant, KeyPurpose::kAuditMonth));
}

TEST_F(KeyStoreTest, MonthsHaveKeysOfTheirOwnMadeADayAhead) {
  auto store = open();
  const Key march = store->current(kTenant, KeyPurpose::kAuditMonth).value();
  EXPECT_EQ(march.version, 2026u * 12 + 2);
  ASSERT_TRUE(store->prepare_next_month());
  EXPECT_EQ(store->list(kTenant, KeyPurpose::kAuditMonth).size(), 1u) << "not a day ahead yet";
  clock_.set(std::chrono::sys_days(std::chrono::year(2026) / 3 / 31) + std::chrono::hours(1));
  ASSERT_TRUE(store->prepare_next_month());
  ASSERT_TRUE(store->prepare_next_month());
  const auto keys = store->list(kTenant, KeyPurpose::kAuditMonth);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kAuditMonth).value().id, march.id);
  clock_.advance(days(1));
  disks_.refuse_writes(0);
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kAuditMonth).value().id, keys[1].id)
      << "the prepared key needs no disk";
  EXPECT_EQ(keys[1].version, 2026u * 12 + 3);
}

TEST_F(KeyStoreTest, AKeyIsGivenOutOnlyOnceEveryDiskHasIt) {
  auto store = open();
  const Key kept = store->current(kTenant, KeyPurpose::kObjects).value();
  disks_.refuse_writes(2);
  auto refused = store->current(kOther, KeyPurpose::kObjects);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kRetry);
  EXPECT_EQ(refused.error().argument("disk"), "3");
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kObjects).value().id, kept.id);
  EXPECT_FALSE(store->disks()[2].current);
  EXPECT_TRUE(store->disks()[0].current);
  disks_.accept_writes();
  EXPECT_TRUE(store->current(kOther, KeyPurpose::kObjects));
  expect_all_current(*store);
}

TEST_F(KeyStoreTest, ALostOrTornCopyIsRewritten) {
  const Key key = open()->current(kTenant, KeyPurpose::kObjects).value();
  disks_.erase(0);
  std::ofstream(disks_.file(1), std::ios::in | std::ios::out | std::ios::binary).seekp(60).put('x');
  auto store = open();
  EXPECT_EQ(store->find(key.id).value().secret, key.secret);
  expect_all_current(*store);
  disks_.erase(2);
  EXPECT_EQ(open()->find(key.id).value().secret, key.secret) << "the first two were rewritten";
}

TEST_F(KeyStoreTest, OneGoodCopyOpensWithTheOtherDisksGone) {
  const Key key = open()->current(kTenant, KeyPurpose::kObjects).value();
  disks_.remove_disk(0);
  disks_.remove_disk(2);
  auto store = open();
  EXPECT_EQ(store->current(kTenant, KeyPurpose::kObjects).value().secret, key.secret);
  EXPECT_EQ(store->current(kOther, KeyPurpose::kObjects).error().code(), Code::kRetry);
  EXPECT_EQ(store->disks()[0].generation, 0u);
}

TEST_F(KeyStoreTest, AKeyThatNeverReachedEveryDiskIsNotUsedByADegradedStart) {
  auto store = open();
  disks_.refuse_writes(2);
  ASSERT_FALSE(store->current(kTenant, KeyPurpose::kObjects));
  disks_.accept_writes();
  disks_.remove_disk(2);
  store = open();
  EXPECT_EQ(store->list(kTenant, KeyPurpose::kObjects).size(), 1u) << "the first disk has it";
  EXPECT_FALSE(store->current(kTenant, KeyPurpose::kObjects));
}

// Disks 1 and 2 go on alone after disk 0 took changes of its own: neither's keys are lost.
TEST_F(KeyStoreTest, CopiesThatPartedAreMerged) {
  auto store = open();
  disks_.refuse_writes(1);
  ASSERT_FALSE(store->current(kTenant, KeyPurpose::kObjects));
  ASSERT_FALSE(store->current(kTenant, KeyPurpose::kObjects));
  disks_.accept_writes();
  disks_.set_aside(0);
  store = open();
  const Key used = store->current(kOther, KeyPurpose::kObjects).value();
  disks_.bring_back(0);
  store = open();
  EXPECT_EQ(store->find(used.id).value().secret, used.secret);
  EXPECT_EQ(store->current(kOther, KeyPurpose::kObjects).value().id, used.id);
  expect_all_current(*store);
}

TEST_F(KeyStoreTest, TheWrongMasterKeyMakesNoNewStore) {
  const Key key = open()->current(kTenant, KeyPurpose::kObjects).value();
  std::swap(master_key_[0], master_key_[1]);
  master_key_[0] = std::byte{1};
  auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "keystore.unreadable");
  EXPECT_EQ(refused.error().argument("disk1"), "keystore.other_master_key");
  master_key_[0] = std::byte{9};
  EXPECT_TRUE(open()->find(key.id));
}

TEST_F(KeyStoreTest, ANewStoreNeedsEveryDisk) {
  disks_.remove_disk(1);
  auto refused = try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kRetry);
}

TEST_F(KeyStoreTest, ThreadsThatAskTogetherGetTheSameKey) {
  auto store = open();
  std::vector<std::thread> threads;
  std::vector<KeyId> ids(8);
  threads.reserve(ids.size());
  for (KeyId& id : ids)
    threads.emplace_back([&] { id = store->current(kTenant, KeyPurpose::kObjects).value().id; });
  for (std::thread& thread : threads) thread.join();
  for (KeyId id : ids) EXPECT_EQ(id, ids[0]);
}

}  // namespace
}  // namespace belfry::crypto
