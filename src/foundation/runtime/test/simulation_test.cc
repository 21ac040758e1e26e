#include "runtime/simulation.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

constexpr SyncPoint kData = SyncPoint{0}, kNames = SyncPoint{1};

Buffer content_of(Disk& disk, std::string_view path) {
  auto file = disk.open(path, Access::kRead);
  if (!file) return {};
  Buffer out(1 << 16);
  out.resize((*file)->read_at(0, out).value());
  return out;
}

TEST(SimulatedDisk, KeepsWhatWasSyncedAndAnyPartOfTheRest) {
  bool kept = false, lost = false, torn = false, unnamed = false;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Simulation world(seed);
    auto disk = world.add_disk();
    Buffer old(2048, std::byte{1}), later(2048, std::byte{2});
    auto file = disk->create("a").value();
    ASSERT_TRUE(file->write_at(0, View(old)));
    ASSERT_TRUE(file->sync(kData, {}));
    ASSERT_TRUE(disk->sync_directory("", kNames, {}));
    ASSERT_TRUE(file->write_at(0, View(later)));
    ASSERT_TRUE(disk->create("b"));
    world.power_on();
    EXPECT_FALSE(file->write_at(0, View(old)));
    Buffer found = content_of(*disk, "a");
    ASSERT_EQ(found.size(), 2048u);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], found[i / 512 * 512]);
    kept |= found == later;
    lost |= found == old;
    torn |= found != old && found != later;
    unnamed |= disk->list("").value() == std::vector<std::string>{"a"};
  }
  EXPECT_TRUE(kept && lost && torn && unnamed);
}

TEST(SimulatedDisk, EverySyncCanBeLeftOut) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Simulation world(seed);
    world.ignore(kData, {1});
    auto disk = world.add_disk();
    auto file = disk->create("a").value();
    ASSERT_TRUE(file->write_at(0, as_view("x")));
    ASSERT_TRUE(file->sync(kData, {1}));
    ASSERT_TRUE(disk->sync_directory("", kNames, {1}));
    world.power_on();
    lost |= content_of(*disk, "a").empty();
  }
  EXPECT_TRUE(lost);
}

TEST(SimulatedDisk, WhatIsWrittenBackIsNotDurableYet) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Simulation world(seed);
    auto disk = world.add_disk();
    auto file = disk->create("a").value();
    ASSERT_TRUE(disk->sync_directory("", kNames, {}));
    ASSERT_TRUE(file->write_at(0, as_view("x")));
    ASSERT_TRUE(file->write_back(0, Bytes{1}));
    world.power_on();
    lost |= content_of(*disk, "a").empty();
  }
  EXPECT_TRUE(lost);
}

// A sync after it would prove nothing, so its error is as bad as that of a sync.
TEST(SimulatedDisk, AWriteBackThatFailsLosesWhatWasWritten) {
  Simulation world(1);
  auto disk = world.add_disk();
  auto file = disk->create("a").value();
  ASSERT_TRUE(file->write_at(0, as_view("x")));
  disk->fail_after(0, Fault::kInputOutput);
  EXPECT_EQ(file->write_back(0, Bytes{1}).error().code(), Code::kRetry);
}

TEST(SimulatedDisk, FailsAsItIsTold) {
  Simulation world(1);
  auto disk = world.add_disk();
  auto file = disk->create("a").value();
  disk->fail_after(1, Fault::kInputOutput);
  ASSERT_TRUE(file->write_at(0, as_view("x")));
  EXPECT_EQ(file->sync(kData, {}).error().code(), Code::kRetry);
  // The kernel takes the pages for clean now: a second sync succeeds and proves nothing.
  EXPECT_TRUE(file->write_at(1, View{}));
  disk->fail_after(0, Fault::kNoSpace);
  EXPECT_EQ(file->write_at(0, as_view("y")).error().code(), Code::kExhausted);
  disk->set_read_only(true);
  EXPECT_EQ(disk->create("b").error().code(), Code::kRetry);
  EXPECT_EQ(content_of(*disk, "a"), to_buffer("x"));
}

Task<std::string> race(Simulation& world) {
  std::string order;
  auto pool = world.pool();
  auto work = [&](char name) -> Task<> {
    co_return co_await runtime::blocking(*pool, [&order, name]() -> Result<> {
      order += name;
      return {};
    });
  };
  for (char name : {'a', 'b', 'c'})
    boost::asio::co_spawn(world.executor(), work(name), [](std::exception_ptr, const Result<>&) {});
  co_await world.clock().sleep(std::chrono::hours(10));
  co_return order;
}

TEST(Simulation, TheSeedDecidesTheOrderAndTimeJumps) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Simulation one(seed), two(seed);
    Timestamp start = one.clock().now();
    std::string order = one.run(race(one)).value();
    EXPECT_EQ(order, two.run(race(two)).value());
    EXPECT_EQ(one.clock().now() - start, std::chrono::hours(10));
    orders.insert(order);
  }
  EXPECT_GE(orders.size(), 4u);
}

}  // namespace
}  // namespace belfry
