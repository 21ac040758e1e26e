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
    start();
    auto bucket = machine_.run(machine_.store().create_bucket({1}, "bucket", {}, {}));
    EXPECT_TRUE(bucket);
    bucket_ = *bucket;
    put("small", 100);
    put("large", 500'000);
  }
  void start() {
    auto started = machine_.start();
    EXPECT_TRUE(started) << started.error().describe();
    facts_ = make_facts(machine_.engine(), machine_.store(), machine_.segments(),
                        machine_.store_disks(), pool_);
  }
  // The process ends, and starts again without these disks.
  void restart_without(std::vector<DiskId> disks) {
    facts_.reset();
    machine_.stop();
    machine_.take_away(std::move(disks));
    start();
  }
  segments::SetStatus set_of(const std::string& key) {
    auto entry = machine_.run(machine_.engine().find(bucket_.id, key, EntryKind::kObject, {}));
    EXPECT_TRUE(entry && *entry) << key;
    for (const segments::SetStatus& set : machine_.segments().sets())
      if (set.set == (*entry)->record.set) return set;
    ADD_FAILURE() << "no set of " << key;
    return {};
  }
  // The last record lies elsewhere, in the set of another placement: otherwise the index would be
  // ahead of the segments.
  segments::SetStatus lose_the_first_set() {
    segments::SetStatus lost = set_of("small");
    auto other = machine_.run(machine_.store().create_bucket(
        {1}, "elsewhere", segments::Placement{.copies = 3, .servers_min = 1, .sites_min = 1}, {}));
    EXPECT_TRUE(other);
    MemorySource source("last");
    EXPECT_TRUE(machine_.run(machine_.store().put(*other, "last", {}, source, {})));
    restart_without(lost.disks);
    return lost;
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

TEST_P(FactsTest, RemembersWhichDisksAreUnproven) {
  collect(1'000);
  EXPECT_TRUE(unproven_disks(*state_).value().empty());
  const DiskId disk = set_of("small").disks[1];
  machine_.disks()[std::size_t(disk.value - 1)]->fail_after(0, Fault::kInputOutput);
  put("more", 100);
  collect(2'000);
  EXPECT_EQ(unproven_disks(*state_).value(), std::vector<DiskId>{disk});
  ASSERT_TRUE(machine_.run(machine_.segments().readmit(disk)));
  collect(3'000);
  EXPECT_TRUE(unproven_disks(*state_).value().empty());
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

// Its objects must stay in the population: what nobody can read is not kept.
TEST_P(FactsTest, RemembersASetWhoseDisksAreAllAway) {
  collect(1'000);
  std::int64_t objects = number("SELECT SUM(objects) AS n FROM replica_set");
  segments::SetStatus lost = lose_the_first_set();
  collect(2'000);
  collect(3'000);
  EXPECT_EQ(number("SELECT SUM(objects) AS n FROM replica_set"), objects + 1);
  auto rows = query("SELECT * FROM replica_set WHERE set_id = " + lost.set.text());
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text("stream"), "objects");
  EXPECT_EQ(rows[0].integer("copies_present"), 0);
  EXPECT_EQ(rows[0].integer("sites_distinct"), 0);
  EXPECT_EQ(rows[0].integer("missing_copies"), 3);
  EXPECT_EQ(rows[0].integer("copies_expected"), 3);
  EXPECT_EQ(rows[0].integer("placement_default"), 1);
  EXPECT_EQ(rows[0].integer("first_seen_us"), 1'000);
  EXPECT_EQ(rows[0].integer("degraded_since_us"), 2'000);
  EXPECT_EQ(rows[0].integer("observed_at_us"), 3'000);
  std::string of_set = " WHERE set_id = " + lost.set.text();
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM replica_set_disk" + of_set), 3);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM scrub_result" + of_set), 0);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM damaged_object" + of_set +
                   " AND state = 'missing' AND found_us = 2000 AND object_key = 'small'"),
            3);

  restart_without({});
  collect(4'000);
  EXPECT_EQ(number("SELECT degraded_since_us AS n FROM replica_set" + of_set), 0);
  EXPECT_EQ(number("SELECT first_seen_us AS n FROM replica_set" + of_set), 1'000);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM damaged_object"), 0);
}

// The database was lost too: nothing remembers the set but the index.
TEST_P(FactsTest, WritesARowOfALostSetThatItNeverSaw) {
  segments::SetStatus lost = lose_the_first_set();
  collect(2'000);
  std::string of_set = " WHERE set_id = " + lost.set.text();
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM replica_set" + of_set +
                   " AND objects > 0 AND copies_present = 0 AND missing_copies = 3"),
            1);
  EXPECT_GE(number("SELECT COUNT(*) AS n FROM damaged_object" + of_set + " AND disk_id = 0"), 1);
}

// The whole set is counted, and so many of its objects are named.
TEST_P(FactsTest, NamesSomeOfTheObjectsOfASetThatMissesADisk) {
  for (int i = 0; i < 250; ++i) put("key-" + std::to_string(i), 10);
  segments::SetStatus set = set_of("key-7");
  restart_without({set.disks.front()});
  collect(2'000);
  std::string of_set = " WHERE set_id = " + set.set.text();
  EXPECT_EQ(number("SELECT copies_present AS n FROM replica_set" + of_set), 2);
  EXPECT_GT(number("SELECT objects AS n FROM replica_set" + of_set), 100);
  EXPECT_EQ(number("SELECT COUNT(*) AS n FROM damaged_object" + of_set), 100);
  EXPECT_EQ(
      number("SELECT COUNT(*) AS n FROM damaged_object" + of_set +
             " AND state = 'missing' AND tenant_id = 1 AND disk_id = " + set.disks.front().text()),
      100);
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
  // The disk has failed by now, so that others lack a copy too.
  auto rows = query("SELECT * FROM damaged_object WHERE object_key = 'large'");
  auto sets = number("SELECT COUNT(*) AS n FROM replica_set WHERE degraded_since_us = 1000");
  EXPECT_GE(sets, 1);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer("disk_id"), copy.disk.value);
  EXPECT_EQ(rows[0].integer("tenant_id"), 1);
}

}  // namespace
}  // namespace belfry::objects
