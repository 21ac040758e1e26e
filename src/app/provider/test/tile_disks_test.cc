#include "tile_disks.h"

#include "base/codec.h"
#include "runtime/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace belfry::provider {
namespace {

constexpr int kDisks = 6;

class TileDisksTest : public testing::Test {
 protected:
  TileDisksTest() {
    segments::Options options;
    for (int i = 1; i <= kDisks; ++i) {
      disks_.push_back(world_.add_disk());
      options.disks.push_back(
          {{i}, "d" + std::to_string(i), {i}, {i % 2 + 1}, "", false, disks_.back()});
    }
    options.background = false;
    options.hang_limit = {};
    options.pool_for = [this](DiskId) { return world_.pool(); };
    list_ = options.disks;
    store_ = world_
                 .run(segments::open_store(world_.executor(), world_.clock(), world_.random(),
                                           std::move(options)))
                 .value();
  }
  ~TileDisksTest() override { EXPECT_TRUE(world_.run(store_->close())); }

  // As docs/formats/journal.md has its first octets.
  void put_savepoint(int disk, std::uint64_t sequence) {
    Encoder out;
    out.raw(as_view("BELFRYSP")).put(std::uint16_t{1}).put(std::uint16_t{0}).put(sequence);
    SimulatedDisk& there = *disks_[std::size_t(disk - 1)];
    ASSERT_TRUE(there.make_directory("audit"));
    auto file = there.create("audit/savepoint");
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(0, out.buffer()));
  }
  std::set<int> chosen() {
    std::set<int> numbers;
    for (const auto& disk : choose_tile_disks(list_, *store_))
      for (int i = 1; i <= kDisks; ++i)
        if (store_->disk({i}) == disk) numbers.insert(i);
    return numbers;
  }

  Simulation world_{1};
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  std::vector<segments::StoreDisk> list_;
  std::unique_ptr<segments::Store> store_;
};

TEST_F(TileDisksTest, AreOfThreeServersAndTwoSites) {
  std::set<std::int64_t> sites, servers;
  for (int disk : chosen()) {
    sites.insert(list_[std::size_t(disk - 1)].site.value);
    servers.insert(list_[std::size_t(disk - 1)].server.value);
  }
  EXPECT_EQ(sites.size(), 2u);
  EXPECT_EQ(servers.size(), 3u);
}

// A choice that forgot them would start without what the journal has no more.
TEST_F(TileDisksTest, ThoseThatKnowMostComeFirst) {
  put_savepoint(4, 900);
  put_savepoint(6, 900);
  put_savepoint(5, 70);
  EXPECT_EQ(chosen(), (std::set<int>{4, 5, 6}));
  put_savepoint(2, 901);
  EXPECT_EQ(chosen(), (std::set<int>{2, 4, 6}));
}

TEST_F(TileDisksTest, OneThatIsLostIsMadeUpForByAnother) {
  put_savepoint(5, 900);
  put_savepoint(6, 900);
  list_[3].disk = nullptr;
  const auto now = chosen();
  EXPECT_TRUE(now.contains(5) && now.contains(6));
  EXPECT_EQ(now.size(), 3u);
}

}  // namespace
}  // namespace belfry::provider
