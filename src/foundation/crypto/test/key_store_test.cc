#include "crypto/key_store.h"

#include "base/text_encoding.h"
#include "key_disks.h"
#include "key_file.h"
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
    return open_key_store(pointers, master_key_, {disks_.seal_folder(), "master.key.months"},
                          clock_, *random_);
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

class DestructionTest : public KeyStoreTest {
 protected:
  static constexpr std::uint32_t kMarch = 2026 * 12 + 2;

  // Keys of March and of May, and an old copy of every key disk.
  void fill() {
    auto store = open();
    march_ = store->current(kTenant, KeyPurpose::kAuditMonth).value();
    objects_ = store->current(kTenant, KeyPurpose::kObjects).value();
    clock_.set(std::chrono::sys_days(std::chrono::year(2026) / 5 / 2));
    may_ = store->current(kTenant, KeyPurpose::kAuditMonth).value();
    for (std::size_t i = 0; i < 3; ++i) old_.push_back(read(disks_.file(i)));
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {(std::istreambuf_iterator<char>(in)), {}};
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  void expect_destroyed(KeyStore& store) {
    EXPECT_EQ(store.find(march_.id).error().message(), "key.destroyed");
    EXPECT_EQ(store.find(may_.id).value().secret, may_.secret);
    EXPECT_EQ(store.find(objects_.id).value().secret, objects_.secret);
  }

  Key march_, objects_, may_;
  std::vector<std::string> old_;
};

TEST_F(DestructionTest, TakesTheMonthsBeforeAndNoOthers) {
  fill();
  auto store = open();
  const auto months = store->months_before(kMarch + 2);
  ASSERT_EQ(months.size(), 1u);
  EXPECT_EQ(months[0].tenant, kTenant);
  EXPECT_EQ(months[0].version, kMarch);
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {}));
  EXPECT_TRUE(store->months_before(kMarch + 2).empty());
  expect_destroyed(*store);
  EXPECT_EQ(store->list(kTenant, KeyPurpose::kAuditMonth).size(), 1u);
  const std::string seal = read(disks_.seal_file());
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {}));
  EXPECT_EQ(read(disks_.seal_file()), seal) << "nothing more to do";
  expect_destroyed(*open());
  expect_all_current(*store);
}

TEST_F(DestructionTest, LeavesTheMonthsOfTenantsThatWait) {
  fill();
  auto store = open();
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {kTenant}));
  EXPECT_TRUE(store->find(march_.id));
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {kOther}));
  expect_destroyed(*store);
}

TEST_F(DestructionTest, TakesOneHoldAndNoOther) {
  fill();
  auto store = open();
  const Key hold = store->rotate(kTenant, KeyPurpose::kHold).value();
  const Key stays = store->rotate(kTenant, KeyPurpose::kHold).value();
  EXPECT_NE(hold.id, stays.id);
  for (std::size_t i = 0; i < 3; ++i) old_[i] = read(disks_.file(i));
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {}));
  EXPECT_EQ(store->find(hold.id).value().secret, hold.secret) << "months go without it";
  ASSERT_TRUE(store->destroy_hold(hold.id));
  ASSERT_TRUE(store->destroy_hold(hold.id)) << "safe to repeat";
  EXPECT_EQ(store->destroy_hold({12345}).error().message(), "key.missing");
  EXPECT_EQ(store->destroy_hold(objects_.id).error().message(), "key.of_no_hold");
  EXPECT_EQ(store->destroy_hold(may_.id).error().message(), "key.of_no_hold");
  const auto check = [&](KeyStore& opened) {
    EXPECT_EQ(opened.find(hold.id).error().message(), "key.destroyed");
    EXPECT_EQ(opened.find(stays.id).value().secret, stays.secret);
    expect_destroyed(opened);
  };
  check(*store);
  write(disks_.file(1), old_[1]);
  check(*open());
  for (std::size_t i = 0; i < 3; ++i) write(disks_.file(i), old_[i]);
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
}

// All three disks as a backup had them, with today's master key and seal.
// Nothing stays of a key that sealed nothing: the store and the seal are as they were.
TEST_F(DestructionTest, AKeyThatWasNeverUsedIsForgottenWithoutATrace) {
  fill();
  auto store = open();
  const std::string seal = read(disks_.seal_file());
  const auto size = read(disks_.file(0)).size();
  const Key used = store->rotate(kTenant, KeyPurpose::kHold).value();
  const std::string with_used = read(disks_.file(0));
  for (int i = 0; i < 5; ++i) {
    const Key unused = store->rotate(kTenant, KeyPurpose::kHold).value();
    const std::string before = read(disks_.file(1));
    ASSERT_TRUE(store->forget_unused(unused.id));
    EXPECT_EQ(store->find(unused.id).error().message(), "key.missing");
    EXPECT_EQ(store->forget_unused(unused.id).error().message(), "key.missing");
    expect_all_current(*store);
    if (i < 4) continue;
    // A disk of before brings it back, as one that nothing was written under.
    write(disks_.file(1), before);
    EXPECT_TRUE(open()->find(unused.id));
  }
  EXPECT_GT(with_used.size(), size);
  EXPECT_EQ(read(disks_.seal_file()), seal);
  store = open();
  EXPECT_EQ(store->find(used.id).value().secret, used.secret);
  EXPECT_EQ(store->forget_unused(objects_.id).error().message(), "key.of_no_hold");
  // One that is destroyed stays so.
  ASSERT_TRUE(store->destroy_hold(used.id));
  ASSERT_TRUE(store->forget_unused(used.id));
  EXPECT_EQ(store->find(used.id).error().message(), "key.destroyed");
}

TEST_F(DestructionTest, AnOldCopyOfTheKeyDisksOpensNoMonthOfIt) {
  fill();
  ASSERT_TRUE(open()->destroy_months_before(kMarch + 2, {}));
  for (std::size_t i = 0; i < 3; ++i) write(disks_.file(i), old_[i]);
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
  // Not with the octets of the file alone either: the master key opens the objects' keys in it.
  const View octets = as_view(old_[0]);
  std::vector<Buffer> seals = {from_hex(read(disks_.seal_file()).substr(0, 64)).value()};
  const KeyFile old = decode_key_file(octets, master_key_, seals).value();
  EXPECT_EQ(old.months_closed, 2u);
  for (const StoredKey& stored : old.keys) EXPECT_NE(stored.key.purpose, KeyPurpose::kAuditMonth);
}

// One old disk among newer ones: it is brought up to date, and brings nothing back.
TEST_F(DestructionTest, ADiskThatComesBackFromABackupRevivesNothing) {
  fill();
  ASSERT_TRUE(open()->destroy_months_before(kMarch + 2, {}));
  write(disks_.file(1), old_[1]);
  auto store = open();
  expect_destroyed(*store);
  expect_all_current(*store);
}

TEST_F(DestructionTest, GoesOnAfterADiskOrTheSealDidNotTakeIt) {
  fill();
  auto store = open();
  disks_.refuse_seal();
  EXPECT_EQ(store->destroy_months_before(kMarch + 2, {}).error().code(), Code::kRetry);
  EXPECT_EQ(store->find(march_.id).value().secret, march_.secret) << "nothing has begun";
  disks_.accept_writes();
  disks_.refuse_writes(2);
  EXPECT_EQ(store->destroy_months_before(kMarch + 2, {}).error().code(), Code::kRetry);
  EXPECT_EQ(store->find(march_.id).error().message(), "key.destroyed") << "two disks have it";
  EXPECT_EQ(store->find(may_.id).value().secret, may_.secret);
  EXPECT_EQ(read(disks_.seal_file()).size(), 130u) << "both seals, as one disk needs the old one";
  disks_.accept_writes();
  ASSERT_TRUE(store->destroy_months_before(kMarch + 2, {}));
  EXPECT_EQ(read(disks_.seal_file()).size(), 65u);
  expect_destroyed(*store);
  for (std::size_t i = 0; i < 3; ++i) write(disks_.file(i), old_[i]);
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
}

TEST_F(DestructionTest, AStartEndsWhatWasCutShort) {
  fill();
  auto store = open();
  disks_.refuse_writes(2);
  EXPECT_FALSE(store->destroy_months_before(kMarch + 2, {}));
  disks_.accept_writes();
  store = open();
  EXPECT_EQ(read(disks_.seal_file()).size(), 65u);
  expect_destroyed(*store);
  expect_all_current(*store);
}

// A stale disk that opens without it, be it of the first format or under an older seal, is no
// reason to go on with what that disk has, and to write it over the others.
TEST_F(DestructionTest, AStaleDiskDoesNotStandInForALostSeal) {
  fill();
  const std::string old_seal = read(disks_.seal_file());
  ASSERT_TRUE(open()->destroy_months_before(kMarch + 2, {}));
  clock_.set(std::chrono::sys_days(std::chrono::year(2026) / 6 / 2));
  const Key june = open()->current(kTenant, KeyPurpose::kAuditMonth).value();
  const std::string seal = read(disks_.seal_file()), newest = read(disks_.file(1));
  write(disks_.file(1), old_[1]);
  write(disks_.seal_file(), old_seal);
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
  EXPECT_EQ(read(disks_.file(0)), newest) << "nothing is written over";
  write(disks_.seal_file(), seal);
  auto store = open();
  expect_destroyed(*store);
  EXPECT_EQ(store->find(june.id).value().secret, june.secret);
}

TEST_F(DestructionTest, ALostSealStopsTheStartUntilTheMonthsAreGivenUp) {
  fill();
  std::filesystem::remove(disks_.seal_file());
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
  EXPECT_FALSE(std::filesystem::exists(disks_.seal_file())) << "no other is put in its place";
  write(disks_.seal_file(), "x");
  EXPECT_EQ(try_open().error().message(), "keystore.seal_malformed");
  write(disks_.seal_file(), "");
  EXPECT_EQ(try_open().error().message(), "keystore.seal_malformed") << "as a full disk leaves it";
  write(disks_.seal_file(), "lost\n");
  auto store = open();
  EXPECT_EQ(store->find(objects_.id).value().secret, objects_.secret);
  EXPECT_EQ(store->find(march_.id).error().message(), "key.missing");
  EXPECT_NE(store->current(kTenant, KeyPurpose::kAuditMonth).value().id, may_.id);
  EXPECT_TRUE(open());
}

}  // namespace
}  // namespace belfry::crypto
