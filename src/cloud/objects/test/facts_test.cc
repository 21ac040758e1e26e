#include "objects/facts.h"

#include "database_testing/test_database.h"
#include "objects_testing/machine.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

using database::Row;
using testing::Machine;
using testing::MemorySource;

class FactsTest : public ::testing::TestWithParam<database::Engine> {
 protected:
  FactsTest() {
    EXPECT_TRUE(machine_.start());
    facts_ = make_facts(machine_.engine(), machine_.store(), machine_.segments(),
                        machine_.store_disks(), pool_);
    auto bucket = machine_.run(machine_.store().create_bucket({1}, "bucket", {}, {}));
    EXPECT_TRUE(bucket);
    bucket_ = *bucket;
    put("small", 100);
    put("large", 500'000);
  }
  void put(const std::string& key, std::size_t size) {
    std::string body(size, 'x');
    MemorySource source(body);
    EXPECT_TRUE(machine_.run(machine_.store().put(bucket_, key, {}, source, {})));
  }
  void collect(std::int64_t now_us) {
    auto done = machine_.run(facts_->collect(*state_, from_us(now_us)));
    ASSERT_TRUE(done) << done.error().describe();
  }
  std::vector<Row> query(const std::string& sql) {
    std::vector<Row> rows;
    EXPECT_TRUE(state_->read(std::chrono::seconds(5), [&](database::Transaction& transaction) {
      auto found = transaction.query(sql);
      if (!found) return Result<>(std::unexpected(found.error()));
      rows = std::move(*found);
      return Result<>();
    }));
    return rows;
  }
  std::int64_t number(const std::string& sql) { return query(sql).at(0).integer("n"); }

  database::testing::TestDatabase state_{GetParam(), migrations()};
  Machine machine_{5};
  std::shared_ptr<Pool> pool_ = make_inline_pool();
  std::unique_ptr<Facts> facts_;
  Bucket bucket_;
};
BELFRY_ON_BOTH_ENGINES(FactsTest);

TEST_P(FactsTest, TellsWhatIsThere) {
  collect(1'000);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM disk_state WHERE health = 'good'"), 6);
  EXPECT_EQ(number("SELECT SUM(objects) AS n FROM replica_set"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM replica_set WHERE copies_present = 3"
                   " AND disks_distinct = 3 AND servers_distinct = 3 AND sites_distinct = 2"
                   " AND degraded_since_us = 0 AND placement_default = 1 AND simulated = 0"),
            number("SELECT COUNT(*) AS n FROM replica_set"));
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM damaged_object"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM replica_set_disk WHERE present = 1"),
            3 * number("SELECT COUNT(*) AS n FROM replica_set"));
  auto buckets = query("SELECT * FROM bucket_fact");
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0].text("name"), "bucket");
  EXPECT_EQ(buckets[0].integer("tenant_id"), 1);
  EXPECT_EQ(buckets[0].integer("sites_min"), 2);
}

TEST_P(FactsTest, RemembersWhenASetWasFirstSeenAndObservesAgain) {
  collect(1'000);
  put("more", 10);
  collect(2'000);
  EXPECT_EQ(number("SELECT MIN(first_seen_us) AS n FROM replica_set"), 1'000);
  EXPECT_EQ(number("SELECT MIN(observed_at_us) AS n FROM replica_set"), 2'000);
  EXPECT_EQ(number("SELECT MIN(observed_at_us) AS n FROM disk_state"), 2'000);
  EXPECT_EQ(number("SELECT SUM(objects) AS n FROM replica_set"), 3);
}

TEST_P(FactsTest, NamesDamagedObjectsUntilTheyAreRepaired) {
  auto copies = machine_.run(machine_.store().where(bucket_, "large"));
  ASSERT_TRUE(copies && copies->size() == 3);
  const segments::Copy& copy = copies->at(1);
  std::string path = copy.path.substr(copy.path.find_first_not_of('/'));
  SimulatedDisk& disk = *machine_.disks()[std::size_t(copy.disk.value - 1)];
  ASSERT_TRUE(disk.flip(path, 100'000, 1));
  disk.set_read_only(true);  // so that it cannot be repaired
  static_cast<void>(machine_.run(machine_.segments().scrub({}, {})));
  collect(1'000);
  auto rows = query("SELECT * FROM damaged_object");
  auto sets = number("SELECT COUNT(*) AS n FROM replica_set WHERE degraded_since_us = 1000");
  EXPECT_GE(sets, 1);
  if (machine_.segments().damages().empty()) return;  // the disk failed as a whole
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text("object_key"), "large");
  EXPECT_EQ(rows[0].integer("disk_id"), copy.disk.value);
  EXPECT_EQ(rows[0].integer("tenant_id"), 1);
}

}  // namespace
}  // namespace belfry::objects
