// What the ledger holds in memory, and where it finds again what it does not.
#include "ledger_core.h"
#include "ledger_fixture.h"
#include "runtime_testing/forwarding_disk.h"

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

// A disk that can be told to take no new files.
class RefusingDisk : public runtime::testing::ForwardingDisk {
 public:
  RefusingDisk(std::shared_ptr<Disk> disk, const std::atomic<bool>& refuses)
      : ForwardingDisk(std::move(disk)), refuses_(refuses) {}
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    if (refuses_) return fail(Code::kRetry, "disk.failed");
    return ForwardingDisk::create(path);
  }

 private:
  const std::atomic<bool>& refuses_;
};

class MemoryTest : public LedgerTest {
 protected:
  static constexpr std::int64_t kTenants = 20;

  // The ledger's core itself, over the fixture's store.
  void open_core() {
    open();
    ASSERT_TRUE(run(ledger_->close()));
    ledger_.reset();
    Options options;
    options.provider = "belfry.example";
    for (std::size_t i = 0; i < 3; ++i)
      options.tile_disks.push_back(std::make_shared<RefusingDisk>(disks_[i], refuses_));
    options.pool = pool_;
    options.kept_octets_max = kept_octets_;
    options.unwritten_octets_max = std::size_t{8} << 20;
    core_ = std::make_shared<Core>(clock_, *random_, *store_, *keys_, std::move(options));
    auto recovered = run(Core::recover(core_));
    ASSERT_TRUE(recovered) << recovered.error().describe();
    verifier_ = core_->verifier_key({2}).text();
  }
  void close_core() {
    ASSERT_TRUE(run(core_->close()));
    core_.reset();
    ASSERT_TRUE(run(store_->close()));
    store_.reset();
  }
  // One leaf of about that size in each tenant's log.
  void append_to_all(std::size_t octets) {
    Pending pending;
    for (std::int64_t tenant = 2; tenant < 2 + kTenants; ++tenant) {
      Leaf leaf{{tenant}, {}, {}};
      Event large = event("s3:PutObject");
      large.details = {{"text", std::string(octets, 'x')}};
      leaf.octets =
          core_->seal(LeafType::kEvent, leaf.tenant, as_view(to_ocsf(large)), leaf.id).value();
      pending.leaves.push_back(std::move(leaf));
    }
    auto receipts = run(core_->submit(std::move(pending)));
    ASSERT_TRUE(receipts) << receipts.error().describe();
  }

  std::atomic<bool> refuses_ = false;
  std::shared_ptr<Core> core_;
  std::string verifier_;
};

TEST_F(MemoryTest, IsBoundedWhateverTheNumberOfTenants) {
  open_core();
  for (int round = 0; round < 8; ++round) {
    append_to_all(20'000);
    ASSERT_TRUE(core_->publish_all(Core::Which::kDirty, TileFiles::Present::kReplace));
    ASSERT_LE(core_->held_octets(), kept_octets_);
  }
  for (std::int64_t tenant = 2; tenant < 2 + kTenants; ++tenant) {
    auto page = core_->query({tenant}, {});
    ASSERT_TRUE(page) << page.error().describe();
    ASSERT_EQ(page->events.size(), 8u) << tenant;
  }
  close_core();
  for (int disk : {1, 2, 3}) {
    VerifyOptions options;
    options.directory = log_folder(disk, {7}).string();
    options.verifier_key = verifier_;
    EXPECT_EQ(verify_log(options).value().leaves_checked, 8u);
  }
  // 3 MiB of leaves are read again through as little memory.
  open_core();
  EXPECT_LE(core_->held_octets(), kept_octets_);
  append_to_all(20'000);
  EXPECT_EQ(core_->query({20}, {})->events.size(), 9u);
  close_core();
}

// Otherwise writers faster than a log's rest would be refused though the disks take everything.
TEST_F(MemoryTest, FullBundlesDoNotRestWhileMemoryFills) {
  kept_octets_ = 1 << 20;
  open_core();
  append_to_all(100);
  ASSERT_TRUE(core_->publish_all(Core::Which::kDirty, TileFiles::Present::kReplace));
  for (std::size_t leaf = 0; leaf < kTileWidth; ++leaf) append_to_all(100);
  const std::size_t held = core_->held_octets();
  ASSERT_TRUE(core_->publish_all(Core::Which::kRested, TileFiles::Present::kReplace));
  EXPECT_LT(core_->held_octets(), held / 8) << "one leaf of each log is in no full bundle";
  close_core();
  open();
  for (int disk : {1, 2, 3}) EXPECT_TRUE(verify(disk, {5})) << disk;
}

TEST_F(MemoryTest, APartialBundleThatNoDiskHasComesBackFromTheJournal) {
  open_core();
  for (int round = 0; round < 5; ++round) append_to_all(20'000);
  ASSERT_TRUE(core_->publish_all(Core::Which::kDirty, TileFiles::Present::kReplace));
  // The search index, beside them, may be written at any time.
  for (int disk : {1, 2, 3}) EXPECT_GT(files::remove_all(log_folder(disk, {9}) / "tile"), 0u);
  EXPECT_EQ(core_->query({9}, {}).error().message(), "audit.tile_lost");
  // The publisher finds it again, and goes on with what comes.
  await("the bundle", [this] { return core_->query({9}, {}).has_value(); });
  EXPECT_EQ(core_->query({9}, {})->events.size(), 5u);
  append_to_all(100);
  close_core();
  open();
  for (int disk : {1, 2, 3}) EXPECT_EQ(verify(disk, {9}).value().leaves_opened, 6u) << disk;
}

TEST_F(MemoryTest, WhatNoDiskTakesIsKeptAndMoreIsRefusedInTime) {
  kept_octets_ = 1 << 20;
  open_core();
  append_to_all(100);
  ASSERT_TRUE(core_->publish_all(Core::Which::kDirty, TileFiles::Present::kReplace));
  refuses_ = true;
  int rounds = 0;
  while (core_->healthy() && ++rounds < 100) append_to_all(60'000);
  EXPECT_FALSE(core_->healthy()) << "memory is no place for an endless backlog";
  EXPECT_LT(core_->held_octets(), std::size_t{12} << 20);
  refuses_ = false;
  await("room in memory", [this] { return core_->healthy(); });
  close_core();
  open();
  EXPECT_EQ(query({}, {5}).log_size, std::uint64_t(rounds + 1));
  for (int disk : {1, 2, 3}) EXPECT_TRUE(verify(disk, {5})) << disk;
}

}  // namespace
}  // namespace belfry::audit
