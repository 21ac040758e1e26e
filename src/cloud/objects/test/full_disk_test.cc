// Disks that are full but for their reserve: nothing more is stored, what is stored can be removed,
// and the room that this makes is used again.
#include "objects_testing/client.h"
#include "objects_testing/machine.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

using testing::Machine;
using testing::MemorySource;

class FullDiskTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kLarge = 500'000;

  FullDiskTest() {
    for (auto& disk : machine_.disks()) disk->set_capacity(6_MiB);
    EXPECT_TRUE(machine_.start());
    bucket_ = machine_.run(machine_.store().create_bucket({1}, "bucket", {}, {})).value();
  }

  Result<ObjectInfo> put(const std::string& key, std::size_t size) {
    std::string body(size, 'x');
    MemorySource source(body);
    return machine_.run(machine_.store().put(bucket_, key, {.size = Bytes{size}}, source, {}));
  }
  // Stores objects until there is no room; how many there was room for.
  int fill(std::size_t size) {
    for (int count = 0; count < 1000; ++count) {
      auto stored = put("object-" + std::to_string(size) + "-" + std::to_string(count), size);
      if (stored) continue;
      EXPECT_EQ(stored.error().message(), "segments.full");
      return count;
    }
    ADD_FAILURE() << "never full";
    return 0;
  }
  // A second later, when room is measured again and removed files are gone.
  void wait() {
    machine_.world().settle();
    machine_.world().clock().advance(std::chrono::seconds(2));
    machine_.world().settle();
  }

  Machine machine_{17};
  Bucket bucket_;
};

TEST_F(FullDiskTest, WhatIsStoredCanBeRemovedAndItsRoomUsedAgain) {
  const int large = fill(kLarge);
  fill(1000);
  EXPECT_GT(large, 2);
  for (int i = 0; i < large; ++i) {
    auto removed = machine_.run(
        machine_.store().remove(bucket_, "object-500000-" + std::to_string(i), {}, {}));
    EXPECT_TRUE(removed) << removed.error().describe();
  }
  wait();
  auto again = put("again", kLarge);
  EXPECT_TRUE(again) << again.error().describe();
}

TEST_F(FullDiskTest, ARestartOnFullDisksServesAndRemoves) {
  const int large = fill(kLarge);
  fill(1000);
  machine_.stop();
  ASSERT_TRUE(machine_.start());
  auto info = machine_.run(machine_.store().head(bucket_, "object-500000-0"));
  ASSERT_TRUE(info) << info.error().describe();
  for (int i = 0; i < large; ++i)
    EXPECT_TRUE(machine_.run(
        machine_.store().remove(bucket_, "object-500000-" + std::to_string(i), {}, {})));
  wait();
  EXPECT_TRUE(put("again", kLarge));
}

}  // namespace
}  // namespace belfry::objects
