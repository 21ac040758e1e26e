// What placements leave, copies that are read again, and how long anybody waits for the vault.
#include "vault_fixture.h"

#include <fstream>
#include <map>

namespace belfry::audit {
namespace {

namespace fs = std::filesystem;

// Each of the three copies is read again, and the ones that are not whole are written anew.
TEST_F(VaultTest, EveryCopyIsReadAgainAndMended) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  copy();
  const auto contents = [&](int disk) {
    std::map<std::string, std::string> found;
    for (auto& entry : fs::directory_iterator(vault_folder(disk) / id.text())) {
      std::ifstream in(entry.path(), std::ios::binary);
      found[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return found;
  };
  const auto whole = contents(4);
  ASSERT_EQ(whole.size(), 2u);
  for (int i = 0; i < 3; ++i) copy();
  // Rotten on two, and gone from them with its folder.
  for (int disk : {5, 6})
    for (auto& [name, octets] : whole)
      std::ofstream(vault_folder(disk) / id.text() / name, std::ios::binary) << "rotten";
  fs::remove_all(vault_folder(6));
  clock_.passed = std::chrono::minutes(61);
  for (int i = 0; i < 3; ++i) copy();
  for (int disk : {4, 5, 6}) EXPECT_EQ(contents(disk), whole) << disk;
  // From memory what no disk has of what it is.
  for (int disk : {4, 5, 6}) fs::remove(vault_folder(disk) / id.text() / "hold");
  clock_.passed = std::chrono::minutes(130);
  for (int i = 0; i < 3; ++i) copy();
  reopen();
  EXPECT_EQ(vault_->find(kTenant, id)->reason, "court order 12");
}

TEST_F(VaultDiskTest, MonthsWaitForACopyThatRotsAndCannotBeMended) {
  open_with_refusing();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  for (int i = 0; i < 3; ++i) copy();
  let_a_year_pass();
  copy();
  refusing_->refuses = true;
  fs::remove_all(vault_folder(6));
  clock_.passed = std::chrono::minutes(61);
  for (int i = 0; i < 3; ++i) std::ignore = run(vault_->copy());
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kCopying);
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
  EXPECT_FALSE(fs::exists(vault_folder(6) / id.text() / "hold")) << "who reads writes nothing";
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  refusing_->refuses = false;
  EXPECT_EQ(destroy(), 1u);
  EXPECT_TRUE(fs::exists(vault_folder(6) / id.text() / "hold"));
}

// A placement makes no key while a disk is away.
TEST_F(VaultDiskTest, NothingIsBegunWithoutTheThreeDisks) {
  open();
  fill(kTenant, 5);
  VaultOptions options;
  options.disks = {disks_[3], disks_[4], nullptr};
  options.pool = pool_;
  vault_ = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options))).value();
  EXPECT_EQ(try_place(wanted("key-3")).error().message(), "audit.vault_absent");
  EXPECT_TRUE(keys_->list(kTenant, crypto::KeyPurpose::kHold).empty());
}

// The log grows between the tries, so that each is of a piece of another name.
TEST_F(VaultDiskTest, WhatADiskDoesNotTakeIsLeftOnNoOther) {
  open_with_refusing();
  fill(kTenant, 3);
  const HoldId id = place("key-");
  copy();
  const auto files_on_another = [&] {
    const fs::path folder = vault_folder(4) / id.text();
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  const auto before = files_on_another();
  refusing_->refuses = true;
  for (int i = 0; i < 4; ++i) {
    fill(kTenant, 1);
    EXPECT_EQ(run(vault_->catch_up(kTenant, id)).error().message(), "audit.vault_not_written");
  }
  EXPECT_EQ(files_on_another(), before);
  refusing_->refuses = false;
  EXPECT_TRUE(run(vault_->catch_up(kTenant, id)));
  EXPECT_EQ(held(id).size(), 7u);
}

// Counts what it is asked for, and takes its time to write.
class SlowDisk : public runtime::testing::ForwardingDisk {
 public:
  SlowDisk(std::shared_ptr<Disk> disk, ShiftedClock& clock)
      : ForwardingDisk(std::move(disk)), clock_(clock) {}
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    if (is_slow) clock_.passed = clock_.passed.load() + std::chrono::minutes(2);
    return ForwardingDisk::create(path);
  }
  Result<std::vector<std::string>> list(std::string_view path) override {
    ++lists;
    return ForwardingDisk::list(path);
  }
  std::atomic<bool> is_slow = false;
  std::atomic<int> lists = 0;

 private:
  ShiftedClock& clock_;
};

class VaultSlowTest : public VaultTest {
 protected:
  void open_slow() {
    slow_ = std::make_shared<SlowDisk>(disks_[5], clock_);
    VaultOptions options;
    options.disks = {disks_[3], disks_[4], slow_};
    options.pool = pool_;
    vault_ = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options))).value();
  }
  std::shared_ptr<SlowDisk> slow_;
};

// What one tenant's hold has not looked at does not keep back the months of others.
TEST_F(VaultSlowTest, ADestructionDoesNotWaitWithoutEnd) {
  open();
  open_slow();
  fill(kTenant, 2000);
  fill(kOther, 3);
  place("key-");
  place("key-", kOther);
  live_until(days(430));
  slow_->is_slow = true;
  EXPECT_EQ(destroy(), 1u) << "of the other tenant, whose hold took its step in turn";
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  slow_->is_slow = false;
  EXPECT_EQ(destroy(), 1u);
}

TEST_F(VaultSlowTest, WhoReadsIsToldThatMoreIsLeft) {
  open();
  open_slow();
  fill(kTenant, 2000);
  const HoldId id = place("key-");
  slow_->is_slow = true;
  const auto behind = run(vault_->catch_up(kTenant, id));
  EXPECT_EQ(behind.error().message(), "audit.hold_behind");
  EXPECT_EQ(behind.error().code(), Code::kRetry);
  slow_->is_slow = false;
  ASSERT_TRUE(run(vault_->catch_up(kTenant, id)));
  EXPECT_EQ(held(id).size(), 2000u);
}

// A start lists each disk a few times for a hold, however many files it has, and writes none.
TEST_F(VaultSlowTest, AStartDoesNotListAFolderForEachOfItsFiles) {
  open();
  fill(kTenant, 2000);
  const HoldId id = place("key-");
  copy();
  const auto files = std::distance(fs::directory_iterator(vault_folder(5) / id.text()), {});
  ASSERT_GE(files, 8);
  fs::remove_all(vault_folder(6) / id.text());
  open_slow();
  EXPECT_LT(slow_->lists, 6);
  EXPECT_FALSE(fs::exists(vault_folder(6) / id.text()));
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  EXPECT_EQ(std::distance(fs::directory_iterator(vault_folder(6) / id.text()), {}), files);
}

// Whoever places and releases in turn replaces the seal each time.
TEST_F(VaultTest, ASideThatPlacesWithoutEndIsStopped) {
  open();
  fill(kTenant, 1);
  for (std::size_t i = 0; i < kPlacementsMax; ++i) ASSERT_TRUE(release(place("key-")));
  EXPECT_EQ(try_place(wanted("key-")).error().message(), "audit.holds_often");
  NewHold other = wanted("key-");
  other.by.tenant = kTenant;
  EXPECT_TRUE(try_place(other)) << "the other side has its own";
  clock_.passed = std::chrono::hours(25);
  EXPECT_TRUE(try_place(wanted("key-")));
}

// Also when the log did not take what was to be told.
TEST_F(VaultTest, WhatWasNotToldLeavesNoKeyAndNoOtherSeal) {
  open();
  fill(kTenant, 1);
  const auto read = [](const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  fs::path seal;
  for (auto& entry : fs::recursive_directory_iterator(root_))
    if (entry.path().string().ends_with(".months")) seal = entry.path();
  ASSERT_FALSE(seal.empty());
  const std::string before = read(seal);
  const auto size = fs::file_size(folder(1) / "keys/keystore");
  const auto refuse = [](const Hold&) -> Task<> { co_return fail(Code::kRetry, "test.silent"); };
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(run(vault_->place(kTenant, wanted("key-"), looking(), refuse)));
  EXPECT_EQ(read(seal), before);
  EXPECT_EQ(fs::file_size(folder(1) / "keys/keystore"), size);
  EXPECT_TRUE(keys_->list(kTenant, crypto::KeyPurpose::kHold).empty());
}

// An index that helps nothing: the time is over before all is counted.
TEST_F(VaultTest, WhatCouldNotBeCountedIsRefused) {
  open();
  fill(kTenant, 10);
  int looks = 0;
  const auto slowly = [&](TenantId, const Query& query) -> Task<QueryPage> {
    ++looks;
    clock_.passed = clock_.passed.load() + std::chrono::seconds(15);
    QueryPage page;
    page.next = Position{query.cursor->leaf + 1, 0};
    co_return page;
  };
  EXPECT_EQ(run(vault_->place(kTenant, wanted("key-"), slowly, quietly())).error().message(),
            "audit.hold_not_counted");
  EXPECT_EQ(looks, 2);
}

// Class 0 is any class, before and after a start.
TEST_F(VaultTest, AnEventClassOfNothingIsAny) {
  open();
  fill(kTenant, 3);
  NewHold hold = wanted("key-");
  hold.filter.event_class = 0;
  const HoldId id = try_place(hold)->id;
  copy();
  EXPECT_EQ(held(id).size(), 3u);
}

// What comes after the placement is there for who reads the hold, and for nobody to wait a year.
TEST_F(VaultTest, WhatCameLaterIsCaughtUpWith) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-");
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->looked_at, 5u);
  const auto files = [&] {
    return std::distance(fs::directory_iterator(vault_folder(5) / id.text()), {});
  };
  const auto before = files();
  for (int i = 1; i <= 4; ++i) {
    fill(kTenant, 3);
    EXPECT_EQ(vault_->find(kTenant, id)->log_size, 5u + 3 * i) << "as large as the log is";
    ASSERT_TRUE(run(vault_->catch_up(kTenant, id)));
    EXPECT_EQ(held(id).size(), 5u + 3 * i);
    EXPECT_EQ(vault_->find(kTenant, id)->events, 5u + 3 * i);
  }
  EXPECT_EQ(files(), before) << "the newest file grows, and no others come";
  reopen();
  EXPECT_EQ(held(id).size(), 17u);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  EXPECT_EQ(run(vault_->catch_up(kOther, id)).error().message(), "audit.no_such_hold");
  fill(kTenant, 4);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->events, 17u);
  clock_.passed = std::chrono::minutes(61);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->events, 21u) << "each hour without being asked";
  // Pages of what has grown follow one another.
  EXPECT_EQ(run(vault_->read(kTenant, id, {7, 0}))->leaves.size(), 14u);
  EXPECT_EQ(run(vault_->read(kTenant, id, {7, 0}))->events_before, 7u);
}

}  // namespace
}  // namespace belfry::audit
